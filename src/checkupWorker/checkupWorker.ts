import { createHmac } from 'node:crypto';
import { checkConfig } from '../core/checkup/checkup.ts';
import { readConfig } from '../core/checkup/read/readConfig.ts';
import { unreadableConfig } from '../core/checkup/read/unreadable.ts';
import { serveJobs } from '../policyWorker/serveJobs.ts';
import { CHECKUP_ROLE, type CheckupJobs, PUBLIC_DIGESTS } from './checkupJobs.ts';

// Apart from boundedCheckup.ts, so that whoever only asks does not load the parsers.

/** What whoever only checks asks. */
export const checkJobs: Pick<CheckupJobs, 'check'> = {
  check: (found, keys, now) => {
    const read = 'why' in found ? unreadableConfig(found.file, found.why) : readConfig(found.file);
    return checkConfig(read, {
      now,
      fingerprint: hmac(keys.fingerprint),
      ...(keys.digest === undefined
        ? {}
        : { digest: digestOf(keys.digest), publicDigests: keys.digest === PUBLIC_DIGESTS }),
    });
  },
};

function hmac(key: string): (text: string) => string {
  const bytes = Buffer.from(key, 'hex');
  return (text) => createHmac('sha256', bytes).update(text, 'utf8').digest('hex');
}

function digestOf(key: string): (...texts: readonly string[]) => string {
  const ofText = hmac(key);
  // As JSON, so that no two lists of texts come to one.
  return (...texts) => ofText(JSON.stringify(texts));
}

/** True in a thread that was started for configuration files; it then does jobs, and the caller must do nothing else. */
export function serveCheckupJobs(): boolean {
  return serveJobs(CHECKUP_ROLE, checkJobs);
}
