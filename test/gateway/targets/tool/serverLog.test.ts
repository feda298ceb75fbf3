import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { Redactor } from '../../../../src/core/redact/redactor.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { ServerLog } from '../../../../src/gateway/targets/tool/serverLog.ts';

it('cuts a line after credentials were taken out, so that no part of one is left', () => {
  const key = randomBytes(600).toString('hex');
  const redactor = new Redactor([{ name: 'key', value: new Secret(key) }]);
  const lines: string[] = [];
  const log = new ServerLog(
    'noisy',
    { log: (_level, line) => void lines.push(line), redact: (text) => redactor.text(text).text },
    () => 0,
  );
  log.write(() => Array(3).fill(key).join(' '));
  expect(lines).toEqual([`noisy says: "${Array(3).fill('[redacted:key]').join(' ')}"`]);

  log.write(() => Array(4).fill(key).join(' '));
  expect(lines.at(-1)).toBe('noisy says: "(4803 characters, which are too many to show)"');
});
