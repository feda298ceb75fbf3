import type { App } from '../../app/app.ts';

export async function showAuditLog(app: App): Promise<void> {
  app.auditChannel.show();
}
