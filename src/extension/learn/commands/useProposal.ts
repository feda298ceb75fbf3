import { l10n, Range, WorkspaceEdit, window, workspace } from 'vscode';
import type { App } from '../../app/app.ts';
import { reviewPolicyChanges } from '../../policy/commands/reviewPolicyChanges.ts';
import { chooseInModal, reportFailure } from '../../ui/confirm.ts';
import { changeWords } from '../model/changeWords.ts';

/** More lines would not fit a dialog. */
const MAX_LINES = 12;

/** Writes the proposal in front into its file. What it takes away ends with that; what it adds waits for the review. */
export async function useProposal(app: App, argument: unknown): Promise<void> {
  const proposal = app.proposals.find(argument);
  if (!proposal) {
    void window.showInformationMessage(
      l10n.t('No proposal is open. “Suggest a Tighter Policy” and “Learn a Policy” make one.'),
    );
    return;
  }
  const lines = changeWords(proposal.changes);
  const [write, details] = [l10n.t('Write'), l10n.t('Details')];
  const more = lines.length - MAX_LINES;
  const chosen = await chooseInModal(
    {
      message: l10n.t('Write this proposal into “{0}”?', proposal.label),
      detail: [
        ...lines.slice(0, MAX_LINES),
        ...(more > 0 ? [l10n.t('… and {0} more. “Details” lists them all, and writes nothing.', more)] : []),
        '',
        l10n.t(
          'Removed permissions take effect immediately and need a review to return. New ones wait for your review.',
        ),
      ].join('\n'),
    },
    [write, ...(more > 0 ? [details] : [])],
  );
  if (chosen === details) return app.texts.show(l10n.t('Proposal.txt'), `${lines.join('\n')}\n`);
  if (chosen !== write) return;
  const uri = app.locations.uriOf(proposal.policyId);
  const document = await workspace.openTextDocument(uri);
  if (document.getText() !== proposal.before) {
    return reportFailure(
      l10n.t('Nothing was written.'),
      l10n.t('{0} has changed since this was proposed. Request a new proposal.', proposal.label),
    );
  }
  const edit = new WorkspaceEdit();
  edit.replace(uri, new Range(document.positionAt(0), document.positionAt(proposal.before.length)), proposal.text);
  await workspace.applyEdit(edit);
  await document.save();
  await app.policies.refresh(proposal.policyId);
  if ((app.policies.get(proposal.policyId)?.pending.length ?? 0) > 0) await reviewPolicyChanges(app, uri);
  else await window.showTextDocument(document, { preview: false });
}
