import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../src/core/secret.ts';

const SOURCE = path.resolve(import.meta.dirname, '../src');

/**
 * The files of each exit: one, but for `fingerprint`. There the core's check for weak values, its look at the date in a JWT
 * and the extension's keyed hash read a value and keep nothing of it; the hash needs node:crypto, which the core must not
 * import. A further
 * place for a value to leave its `Secret` is a change to this list, and to think about.
 */
const EXITS: Readonly<Record<string, readonly string[]>> = {
  wire: ['gateway/targets/service/inject/inject.ts'],
  server: ['gateway/targets/tool/serverValues.ts'],
  pipe: ['gateway/control/packed.ts'],
  store: ['extension/credentials/model/credentialEntry.ts'],
  redactor: ['core/redact/opened.ts'],
  thread: ['gateway/cleaning/cleaner.ts'],
  sign: ['gateway/credentials/payload.ts'],
  fingerprint: ['core/jwtEnd.ts', 'core/redact/strength.ts', 'extension/credentials/model/fingerprint.ts'],
};

describe('a credential leaves its Secret', () => {
  const calls = sourceFiles().flatMap((file) =>
    [...readFileSync(path.join(SOURCE, file), 'utf8').matchAll(/\.expose\(\s*'?(\w+)?/g)].map(([, exit]) => ({
      file,
      exit,
    })),
  );

  it('by an exit that is named at the call', () => {
    expect(calls.filter(({ exit }) => exit === undefined || !(exit in EXITS))).toEqual([]);
  });

  for (const [exit, files] of Object.entries(EXITS)) {
    it(`to the ${exit} in these places only, once in each`, () => {
      const places = calls.filter((call) => call.exit === exit).map(({ file }) => file);
      expect(places.sort()).toEqual(files);
    });
  }

  it('by no way of printing it', () => {
    const value = ['not', 'to', 'be', 'seen'].join('-');
    const secret = new Secret(value);
    const printed = [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect(secret, { showHidden: true, depth: 5 }),
      inspect({ secret }),
      Object.keys(secret).join(),
      // biome-ignore lint/style/useTemplate: concatenation is what is tried here
      '' + secret,
    ];
    for (const text of printed) expect(text).not.toContain(value);
  });
});

function sourceFiles(): string[] {
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
}
