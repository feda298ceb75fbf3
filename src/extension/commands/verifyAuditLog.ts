import { l10n, ProgressLocation, window } from 'vscode';
import type { App } from '../app.ts';
import { auditReport } from '../audit/auditReport.ts';
import { checkTrail } from '../audit/trailCheck.ts';

/** Checks every chain of the audit trail against what was anchored, and opens the result. */
export async function verifyAuditLog(app: App): Promise<void> {
  const checked = await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t('Verifying the audit log'), cancellable: true },
    async (_progress, token) => {
      // So that the newest records count, too.
      await app.audit.anchorer.anchor();
      return checkTrail(app.audit.directory, await app.audit.anchors.all(), () => token.isCancellationRequested);
    },
  );
  if (checked) await app.texts.show(l10n.t('Audit log check.md'), auditReport(checked, app.audit.directory));
}
