import { type Phrase, phrase } from '../../text/phrase.ts';
import { findingIn } from '../findings/finding.ts';
import type { Finding, ReadConfig } from '../model/checkupModel.ts';
import type { SecretUse } from '../secrets/secretUses.ts';

const PLACES = {
  env: phrase`an environment variable`,
  header: phrase`a header`,
  arg: phrase`an argument`,
  url: phrase`a URL`,
  other: phrase`the configuration`,
} as const;

/** Check 1: no secret stands in a configuration file. */
export function checkPlaintextSecrets(read: ReadConfig, uses: readonly SecretUse[]): Finding[] {
  return uses.map(({ server, text, found, place }) => {
    const certain = found.code !== 'capability-url' && found.code !== 'access-key-id';
    return findingIn(read, 1, {
      severity: certain ? 'error' : 'warning',
      code: found.code,
      span: text.span,
      ...(server && { server: server.name }),
      key: text.pointer,
      message: messageOf(found.code, place),
      secret: place,
    });
  });
}

function messageOf(code: SecretUse['found']['code'], { kind, where, name, last4 }: SecretUse['place']): Phrase {
  const shown = last4 === undefined ? '' : ` (••••${last4})`;
  const named = name === undefined || name.startsWith('-') ? '' : ` ${name}`;
  const what = /^[AEIOaeio]/.test(kind) ? phrase`An ${kind}${shown}` : phrase`A ${kind}${shown}`;
  if (code === 'capability-url') {
    return phrase`${what} is in plain text. Anyone who has the whole URL can use it: treat it as a secret, and rotate it if others can read this file.`;
  }
  if (code === 'access-key-id') {
    return phrase`${what} is in plain text in ${PLACES[where]}${named}. It identifies the account; keep it together with its secret, outside this file.`;
  }
  return phrase`${what} is in plain text in ${PLACES[where]}${named}. Every program that reads this file has it: move it out, then rotate it.`;
}
