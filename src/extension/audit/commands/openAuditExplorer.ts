import type { AuditParts, WindowParts } from '../../app/parts.ts';

/** Opens the Audit Explorer, or brings it to the front. */
export async function openAuditExplorer(app: AuditParts & WindowParts): Promise<void> {
  await app.explorer.open(app);
}
