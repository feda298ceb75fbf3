import { commands, l10n, Uri, window } from 'vscode';
import { type LinesInSight, linesInSight } from '../../../core/text/linesInSight.ts';
import type { App } from '../../app/app.ts';
import type { PolicyParts, ServiceParts, WindowParts } from '../../app/parts.ts';
import { publishChange } from '../../gateway/commands/publishChange.ts';
import { unconfirmed } from '../../services/model/destination.ts';
import { carefulChoice } from '../../ui/carefulChoice.ts';
import { chooseInModal, reportFailure } from '../../ui/confirm.ts';
import { askChoice, single } from '../../ui/steps.ts';
import { approvedUri, nothingUri } from '../model/approvedDocuments.ts';
import { changeLines } from '../model/changeText.ts';
import { ChangedSinceReviewError, type PolicyEntry } from '../model/policyStore.ts';

/** Shows what waits in a policy file, as a difference and in words, and approves it when the user says so. */
export async function reviewPolicyChanges(app: App, argument: unknown): Promise<void> {
  await app.policies.refresh();
  const waiting = app.policies.entries().filter(({ pending }) => pending.length > 0);
  const entry = await whichFile(app, waiting, argument);
  if (!entry) return;
  const uri = app.locations.uriOf(entry.id);
  const missing = entry.disk === 'missing';
  await commands.executeCommand(
    'vscode.diff',
    approvedUri(entry.id),
    missing ? nothingUri() : uri,
    missing ? l10n.t('{0}: approved ↔ missing', entry.label) : l10n.t('{0}: approved ↔ written', entry.label),
  );
  const text = entry.text;
  if (text === undefined && !missing) return;
  const lines = changeLines(entry);
  const apply = l10n.t('Apply');
  const details = l10n.t('Details');
  const inSight = linesInSight(lines);
  const chosen = await carefulChoice(
    () =>
      chooseInModal(
        {
          warning: true,
          message: missing
            ? l10n.t('Forget the approvals of “{0}”? The file no longer exists.', entry.label)
            : l10n.t('Apply these changes to “{0}”?', entry.label),
          detail: [
            detailOf(inSight),
            ...(missing
              ? [
                  l10n.t(
                    'Your approvals of this file will be discarded. If the file comes back, all of it waits for your review.',
                  ),
                ]
              : destinationNotes(app, entry)),
          ].join('\n\n'),
        },
        [apply, ...(inSight.cut ? [details] : [])],
      ),
    (button) => button === apply,
    Date.now,
  );
  if (chosen === details) return showAll(app, entry, lines);
  if (chosen !== apply) return;
  try {
    await (text === undefined ? app.policies.discardApprovals(entry.id) : app.policies.approve(entry.id, text));
  } catch (error) {
    if (!(error instanceof ChangedSinceReviewError)) throw error;
    return reportFailure(
      l10n.t('Nothing was applied.'),
      l10n.t('{0} changed while you were reviewing it. Review it again.', entry.label),
    );
  }
  await publishChange(app, ['policies'], { action: missing ? 'let go' : 'approve', subject: entry.label });
}

async function whichFile(
  app: PolicyParts,
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
    void window.showInformationMessage(l10n.t('No policy changes wait for your review.'));
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

function detailOf({ lines, more, cut }: LinesInSight): string {
  const hint =
    more > 0
      ? l10n.t('… and {0} more. “Details” lists them all, and applies nothing.', more)
      : l10n.t('“Details” shows the long lines in full, and applies nothing.');
  return [...lines, ...(cut ? ['', hint] : [])].join('\n');
}

/** Applying does not confirm where a credential goes; said here, so that nobody wonders why the service stays off. */
function destinationNotes(app: ServiceParts, entry: PolicyEntry): readonly string[] {
  return unconfirmed(app.services)
    .filter(({ policyId }) => policyId === entry.id)
    .map(({ credential, bound, wanted }) =>
      l10n.t(
        'The credential of “{0}” was entered for {1}. Applying does not send it to {2}: the service stays blocked until you enter the credential again.',
        credential,
        bound.origin,
        wanted.origin,
      ),
    );
}

/** The whole list, for reading; the review is started again from there. */
async function showAll(app: WindowParts, entry: PolicyEntry, lines: readonly string[]): Promise<void> {
  const title = l10n.t('Changes that applying “{0}” makes ({1})', entry.label, lines.length);
  const next = l10n.t('Nothing is applied yet. Run “Valet Key: Review and Apply Policy Changes” again to apply.');
  await app.texts.show(l10n.t('Policy changes.txt'), [title, '', ...lines, '', next, ''].join('\n'));
}
