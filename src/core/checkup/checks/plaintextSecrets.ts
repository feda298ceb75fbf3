import { type Phrase, phrase } from '../../text/phrase.ts';
import type { Severity } from '../../text/span.ts';
import { findingIn } from '../findings/finding.ts';
import type { Finding, ReadConfig } from '../model/checkupModel.ts';
import { secretKind } from '../secrets/secretKind.ts';
import type { SecretUse } from '../secrets/secretUses.ts';

const UNCERTAIN: ReadonlySet<string> = new Set(['capability-url', 'access-key-id', 'guessable-password']);

/** Check 1: no secret stands in a configuration file. */
export function checkPlaintextSecrets(read: ReadConfig, uses: readonly SecretUse[]): Finding[] {
  return uses.map((use) => {
    const { server, text, found, place } = use;
    return findingIn(read, 1, {
      severity: severityOfSecret(use),
      code: found.code,
      span: text.span,
      ...(server && { server: server.name }),
      key: text.pointer,
      message: messageOf(found.code, place),
      secret: place,
    });
  });
}

export function severityOfSecret({ found }: SecretUse): Severity {
  return UNCERTAIN.has(found.code) ? 'warning' : 'error';
}

function messageOf(code: SecretUse['found']['code'], place: SecretUse['place']): Phrase {
  const { kind, last4 } = place;
  const shown = last4 === undefined ? '' : ` (••••${last4})`;
  const what = /^[AEIOaeio]/.test(kind)
    ? phrase`An ${secretKind(kind)}${shown}`
    : phrase`A ${secretKind(kind)}${shown}`;
  if (code === 'capability-url') {
    return phrase`${what} is in plain text. Anyone who has the whole URL can use it: treat it as a secret, and rotate it if others can read this file.`;
  }
  if (code === 'guessable-password') {
    return phrase`A password that is easily guessed is in plain text in ${placeText(place)}. If it is in use, change it, and keep the new one outside this file.`;
  }
  if (code === 'access-key-id') {
    return phrase`${what} is in plain text in ${placeText(place)}. It identifies the account; keep it together with its secret, outside this file.`;
  }
  return phrase`${what} is in plain text in ${placeText(place)}. Every program that reads this file has it: move it out, then rotate it.`;
}

/** The place of a secret, with its name where it has one. */
function placeText({ where, name }: SecretUse['place']): Phrase {
  switch (where) {
    case 'env':
      return name === undefined ? phrase`an environment variable` : phrase`the environment variable ${name}`;
    case 'header':
      return name === undefined ? phrase`a header` : phrase`the header ${name}`;
    case 'arg':
      return name === undefined ? phrase`an argument` : phrase`the argument ${name}`;
    case 'url':
      return name === undefined ? phrase`a URL` : phrase`the URL of ${name}`;
    case 'other':
      return name === undefined ? phrase`the configuration` : phrase`the entry “${name}”`;
  }
}
