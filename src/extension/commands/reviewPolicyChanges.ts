import { commands, l10n, Uri, window } from 'vscode';
import type { App } from '../app.ts';
import { approvedUri } from '../policy/approvedDocuments.ts';
import { ChangedSinceReviewError, type PolicyEntry } from '../policy/policyBook.ts';
import { confirmInModal, tellFailure } from '../ui/confirm.ts';
import { askChoice, single } from '../ui/steps.ts';

/** More lines would not fit a dialog; the diff editor behind it has them all. */
const MOST_LINES = 18;

/** Shows what waits in a policy file, as a difference and in words, and approves it when the person says so. */
export async function reviewPolicyChanges(app: App, argument: unknown): Promise<void> {
  await app.policies.refresh();
  const waiting = app.policies.entries().filter(({ pending }) => pending.length > 0);
  const entry = await whichFile(app, waiting, argument);
  if (!entry) return;
  const uri = app.locations.uriOf(entry.id);
  await commands.executeCommand(
    'vscode.diff',
    approvedUri(entry.id),
    uri,
    l10n.t('{0}: approved ↔ written', entry.label),
  );
  const text = entry.text;
  if (text === undefined) return;
  const agreed = await confirmInModal({
    warning: true,
    message: l10n.t('Apply these changes to “{0}”?', entry.label),
    detail: detailOf(entry),
    action: l10n.t('Apply'),
  });
  if (!agreed) return;
  try {
    await app.policies.approve(entry.id, text);
  } catch (error) {
    if (!(error instanceof ChangedSinceReviewError)) throw error;
    return tellFailure(
      l10n.t('Nothing was applied.'),
      l10n.t('{0} changed while you were reviewing it. Review it again.', entry.label),
    );
  }
  app.announceChange();
  await app.gateway.push('policies');
  await app.gateway.record({ action: 'approve' });
}

async function whichFile(
  app: App,
  waiting: readonly PolicyEntry[],
  argument: unknown,
): Promise<PolicyEntry | undefined> {
  if (argument instanceof Uri) {
    const id = app.locations.idOf(argument);
    const started = waiting.find((entry) => entry.id === id);
    if (started) return started;
  }
  const [only] = waiting;
  if (!only) {
    void window.showInformationMessage(l10n.t('No policy changes wait for a review.'));
    return undefined;
  }
  if (waiting.length === 1) return only;
  const answer = await askChoice(
    single(l10n.t('Review and Apply Policy Changes')),
    l10n.t('Which policy file?'),
    waiting.map((entry) => ({
      label: entry.label,
      description: l10n.t('{0} changes', entry.pending.length),
      value: entry,
    })),
  );
  return answer.kind === 'value' ? answer.value : undefined;
}

function detailOf(entry: PolicyEntry): string {
  const shown = entry.pending.slice(0, MOST_LINES);
  const more = entry.pending.length - shown.length;
  return [
    ...shown,
    ...(more > 0 ? ['', l10n.t('… and {0} more. Cancel and read them in the editor behind this dialog.', more)] : []),
  ].join('\n');
}
