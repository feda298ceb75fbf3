import { l10n, window } from 'vscode';
import type { CheckupParts } from '../../app/parts.ts';
import { askText, single } from '../../ui/steps.ts';
import { localized } from '../../util/localized.ts';
import { shownText } from '../../util/shownText.ts';
import type { OwnDismissal } from '../scan/dismissals.ts';
import type { ShownFinding } from '../scan/report.ts';
import { DismissedNode } from '../views/dismissedNode.ts';
import { findingOfNode } from '../views/findingNode.ts';

/** Longer reasons are documents, and belong into one. */
const MAX_REASON = 200;

/** The user says that what was taken for a secret is none. */
export async function markAsNotSecret(app: CheckupParts, argument: unknown): Promise<void> {
  const shown = dismissible(app, argument);
  if (shown?.finding.secret) await dismiss(app, shown, 'not-a-secret', '');
}

/** The user knows of a finding, has a reason to leave it so, and does not want to be told again. */
export async function acceptRisk(app: CheckupParts, argument: unknown): Promise<void> {
  const shown = dismissible(app, argument);
  if (!shown) return;
  const reason = await askText(single(l10n.t('Accept Risk')), {
    prompt: l10n.t('Why is this acceptable? The reason is kept on this machine and stands in the checkup report.'),
    placeholder: l10n.t('a key of the public sandbox'),
    problem: (text) => {
      if (text.trim() === '') return l10n.t('Enter a reason.');
      return text.length > MAX_REASON ? l10n.t('Enter at most {0} characters.', MAX_REASON) : undefined;
    },
  });
  if (reason.kind === 'value') await dismiss(app, shown, 'accepted-risk', reason.value.trim());
}

/** What was dismissed is a finding again. */
export async function restoreFinding(app: CheckupParts, argument: unknown): Promise<void> {
  if (argument instanceof DismissedNode) await restore(app, argument.shown.dismissal);
}

async function dismiss(
  app: CheckupParts,
  { finding }: ShownFinding,
  kind: OwnDismissal['kind'],
  reason: string,
): Promise<void> {
  const { digest, code, message } = finding;
  if (digest === undefined) return;
  const dismissal: OwnDismissal = { kind, digest, code, reason, at: Date.now() };
  await app.dismissals.add(dismissal);
  await app.checkup.run();
  void offerUndo(app, dismissal, shownText(localized(message), 100));
}

async function offerUndo(app: CheckupParts, dismissal: OwnDismissal, message: string): Promise<void> {
  const undo = l10n.t('Undo');
  const chosen = await window.showInformationMessage(
    l10n.t('Dismissed: {0} It is listed under “Dismissed” in the Checkup view, where you can take this back.', message),
    undo,
  );
  if (chosen === undo) await restore(app, dismissal);
}

async function restore(app: CheckupParts, dismissal: OwnDismissal): Promise<void> {
  await app.dismissals.remove(dismissal);
  await app.checkup.run();
}

function dismissible(app: CheckupParts, argument: unknown): ShownFinding | undefined {
  const id = findingOfNode(argument);
  const shown = id === undefined ? undefined : app.checkup.finding(id);
  return shown?.finding.digest === undefined ? undefined : shown;
}
