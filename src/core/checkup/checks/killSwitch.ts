import { findingIn, stateFinding } from '../findings/finding.ts';
import type { Finding, ReadConfig, ServerEntry } from '../model/checkupModel.ts';
import type { CheckupContext } from '../model/context.ts';
import type { SecretUse } from '../secrets/secretUses.ts';

/** What the checklist allows: a minute from the decision to the last call. */
const WITHIN_MS = 60_000;

/** Check 10: access can be cut at once. */
export function checkKillSwitch(read: ReadConfig, server: ServerEntry, uses: readonly SecretUse[]): Finding[] {
  if (uses.length === 0) return [];
  return [
    findingIn(read, 10, {
      severity: 'information',
      code: 'no-kill-switch',
      span: server.nameSpan,
      server: server.name,
      key: server.pointer,
      message:
        'To cut this server off, its credential has to be revoked at the provider and the file changed. With the credential in Valet Key, for its API or for this server wrapped, one command freezes it at once.',
    }),
  ];
}

/** The last drill. */
export function checkDrill({ drill }: CheckupContext): Finding[] {
  if (!drill || drill.tookMs <= WITHIN_MS) return [];
  return [
    stateFinding(drill.place, 10, {
      severity: 'error',
      code: 'slow-freeze',
      message: `In the last drill calls went through for ${Math.round(drill.tookMs / 1000)} seconds after the freeze. Report this: a freeze takes effect within a second.`,
    }),
  ];
}
