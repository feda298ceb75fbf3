import { createHmac } from 'node:crypto';
import { checkConfig } from '../core/checkup/checkup.ts';
import { readConfig } from '../core/checkup/read/readConfig.ts';
import { unreadableConfig } from '../core/checkup/read/unreadable.ts';
import { serveJobs } from '../policyWorker/serveJobs.ts';
import { CHECKUP_ROLE, type CheckupJobs } from './checkupJobs.ts';

// Apart from boundedCheckup.ts, so that whoever only asks does not load the parsers.

export const checkupJobs: CheckupJobs = {
  check: (found, key, now) => {
    const hmacKey = Buffer.from(key, 'hex');
    const read = 'why' in found ? unreadableConfig(found.file, found.why) : readConfig(found.file);
    return checkConfig(read, {
      now,
      fingerprint: (value) => createHmac('sha256', hmacKey).update(value, 'utf8').digest('hex'),
    });
  },
};

/** True in a thread that was started for configuration files; it then does jobs, and the caller must do nothing else. */
export function serveCheckupJobs(): boolean {
  return serveJobs(CHECKUP_ROLE, checkupJobs);
}
