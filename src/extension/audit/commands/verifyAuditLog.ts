import { l10n, ProgressLocation, window } from 'vscode';
import type { AuditParts, WindowParts } from '../../app/parts.ts';
import { checkBeside } from '../explorer/checkBeside.ts';
import { auditReport } from '../model/auditReport.ts';

/** Checks every chain of the audit trail against what was anchored, and opens the result. */
export async function verifyAuditLog(app: AuditParts & WindowParts): Promise<void> {
  const checked = await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t('Verifying the audit log'), cancellable: true },
    (_progress, token) => checkBeside(app, token),
  );
  if (checked) await app.texts.show(l10n.t('Audit log check.md'), auditReport(checked, app.audit.directory));
}
