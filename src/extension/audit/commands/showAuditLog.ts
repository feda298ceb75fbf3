import type { AuditParts } from '../../app/parts.ts';

export async function showAuditLog(app: AuditParts): Promise<void> {
  app.auditChannel.show();
}
