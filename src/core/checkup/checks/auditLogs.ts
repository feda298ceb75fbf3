import { phrase } from '../../text/phrase.ts';
import { stateFinding } from '../findings/finding.ts';
import { ofOwnCredential } from '../findings/ofOwnCredential.ts';
import type { Finding, ReadConfig, ServerEntry } from '../model/checkupModel.ts';
import type { OwnContext } from '../model/context.ts';
import type { SecretUse } from '../secrets/secretUses.ts';

/** Check 3: it can be said afterwards what was accessed, and by whom. */
export function checkAuditLogs(read: ReadConfig, server: ServerEntry, uses: readonly SecretUse[]): Finding[] {
  const message = phrase`This server holds its own credential, so its calls are not in any audit log. Let agents reach the API through Valet Key, or let Valet Key wrap this server: it records every call.`;
  return ofOwnCredential(read, 3, server, uses, { code: 'bypasses-valet-key', message });
}

/** Whether Valet Key's own trail can answer. */
export function checkOwnAuditLog({ brokenAuditLog }: OwnContext): Finding[] {
  if (!brokenAuditLog) return [];
  return [
    stateFinding(brokenAuditLog, 3, {
      severity: 'error',
      code: 'trail-not-writable',
      message: phrase`The audit log cannot be written, so calls are refused. Free some space, or repair the folder’s permissions.`,
    }),
  ];
}
