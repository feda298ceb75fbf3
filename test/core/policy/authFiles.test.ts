import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

// An auth type is described where it belongs, and named nowhere else: whoever adds one has six files to look at.

const SOURCE = path.resolve(import.meta.dirname, '../../../src');
const FILES = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

test.each([
  ['hmac', 'hmac.ts', 'inject.ts'],
  ['github-app', 'githubApp.ts', 'minters.ts'],
])('%s, with which nothing special is done, is named in six files', (type, own, table) => {
  const named = new RegExp(`'${type}'|\\b${type}: `);
  expect(
    FILES.filter(
      (file) => path.basename(file) === own || named.test(readFileSync(path.join(SOURCE, file), 'utf8')),
    ).sort(),
  ).toEqual(
    [
      `core/policy/auth/${own}`,
      'core/policy/auth/authTypes.ts',
      `gateway/targets/service/inject/${own}`,
      `gateway/targets/service/inject/${table}`,
      'gateway/credentials/payload.ts',
      'extension/ui/authDialogs.ts',
    ].sort(),
  );
});
