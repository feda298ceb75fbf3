import { l10n, window } from 'vscode';
import type { Severity } from '../../../core/text/span.ts';
import type { CheckupParts } from '../../app/parts.ts';
import { severityText } from '../views/pointText.ts';

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'information'];

/** Which findings the view shows. It changes nothing about the points themselves. */
export async function filterCheckup(app: CheckupParts): Promise<void> {
  const picked = await window.showQuickPick(
    SEVERITIES.map((severity) => ({
      label: severityText(severity),
      picked: app.checkup.filter.has(severity),
      severity,
    })),
    { title: l10n.t('Filter Checkup Findings'), placeHolder: l10n.t('Which findings are shown?'), canPickMany: true },
  );
  if (picked) app.checkup.setFilter(new Set(picked.map(({ severity }) => severity)));
}
