import { phrase } from '../../text/phrase.ts';
import { stateFinding } from '../findings/finding.ts';
import { ofOwnCredential } from '../findings/ofOwnCredential.ts';
import type { Finding, ReadConfig, ServerEntry } from '../model/checkupModel.ts';
import type { OwnContext } from '../model/context.ts';
import type { SecretUse } from '../secrets/secretUses.ts';

/** What the checklist allows: a minute from the decision to the last call. */
const WITHIN_MS = 60_000;

/** Check 10: access can be cut at once. */
export function checkKillSwitch(read: ReadConfig, server: ServerEntry, uses: readonly SecretUse[]): Finding[] {
  const message = phrase`To cut this server off, you must revoke its credential with the provider and change this file. If Valet Key keeps the credential, one command freezes the server or its API at once.`;
  return ofOwnCredential(read, 10, server, uses, { code: 'no-kill-switch', message });
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
