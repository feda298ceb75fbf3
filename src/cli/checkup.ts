import { createHmac, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { checkup } from '../core/checkup/checkup.ts';
import { WORKSPACE_PLACES } from '../core/checkup/locations.ts';
import { readConfig } from '../core/checkup/read/readConfig.ts';
import { print } from './jsonLines.ts';
import { parseOptions } from './usage.ts';

export async function checkupCommand(args: string[]): Promise<number> {
  const { values } = parseOptions(args, { workspace: { type: 'string', multiple: true } });
  const key = randomBytes(32);
  const configs = (values.workspace ?? []).flatMap((folder) =>
    WORKSPACE_PLACES.flatMap(({ path: relative, client, format }) => {
      const file = path.join(folder, relative);
      if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) return [];
      return [readConfig({ path: file, client, format, text: fs.readFileSync(file, 'utf8'), scope: 'workspace' })];
    }),
  );
  const found = checkup(configs, {
    now: Date.now(),
    fingerprint: (value) => createHmac('sha256', key).update(value).digest('base64url'),
  });
  for (const { check, severity, file, start, server, key, code, message } of found) {
    print({ check, severity, file, line: start.line, column: start.column, server, key, code, message });
  }
  return found.some(({ severity }) => severity !== 'information') ? 1 : 0;
}
