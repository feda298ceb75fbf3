import { l10n } from 'vscode';
import type { Severity } from '../../../core/text/span.ts';
import type { CheckupParts } from '../../app/parts.ts';
import { askChoices, single } from '../../ui/steps.ts';
import { severityText } from '../views/pointText.ts';

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'information'];

/** Which findings the view shows. It changes nothing about the points themselves. */
export async function filterCheckup(app: CheckupParts): Promise<void> {
  const answer = await askChoices(
    single(l10n.t('Filter Checkup Findings')),
    l10n.t('Which findings are shown?'),
    SEVERITIES.map((severity) => ({
      label: severityText(severity),
      picked: app.checkup.filter.has(severity),
      value: severity,
    })),
  );
  if (answer.kind === 'value') app.checkup.setFilter(new Set(answer.value));
}
