import { phrase } from '../../text/phrase.ts';
import { findingIn, stateFinding } from '../findings/finding.ts';
import type { Finding, ReadConfig, ServerEntry } from '../model/checkupModel.ts';
import type { OwnContext } from '../model/context.ts';
import type { SecretUse } from '../secrets/secretUses.ts';

/** What the checklist allows: a minute from the decision to the last call. */
const WITHIN_MS = 60_000;

/** Check 10: access can be cut at once. */
export function checkKillSwitch(read: ReadConfig, server: ServerEntry, uses: readonly SecretUse[]): Finding[] {
  const [first] = uses;
  if (!first) return [];
  return [
    findingIn(read, 10, {
      severity: 'information',
      code: 'no-kill-switch',
      span: server.nameSpan,
      server: server.name,
      key: server.pointer,
      secret: first.place,
      message: phrase`To cut this server off, you must revoke its credential with the provider and change this file. If Valet Key keeps the credential, one command freezes the server or its API at once.`,
    }),
  ];
}

/** The last kill-switch test. */
export function checkKillSwitchTest({ killSwitchTest }: OwnContext): Finding[] {
  if (!killSwitchTest || killSwitchTest.tookMs <= WITHIN_MS) return [];
  return [
    stateFinding(killSwitchTest.place, 10, {
      severity: 'error',
      code: 'slow-freeze',
      message: phrase`In the last kill-switch test, calls went through for ${Math.round(killSwitchTest.tookMs / 1000)} seconds after the freeze. Report this: a freeze must take effect within a second.`,
    }),
  ];
}
