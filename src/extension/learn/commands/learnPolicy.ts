import { l10n, window } from 'vscode';
import type { App } from '../../app/app.ts';
import type { LearnParts, PolicyParts } from '../../app/parts.ts';
import { pickService } from '../../services/commands/pickService.ts';
import type { ServiceSummary } from '../../services/model/serviceList.ts';
import { carefulChoice } from '../../ui/carefulChoice.ts';
import { chooseInModal, reportFailure } from '../../ui/confirm.ts';

/** For an hour a service's reads are allowed and its writes ask; then rules are proposed for what was used. */
export async function learnPolicy(app: App, argument: unknown): Promise<void> {
  const summary = await pickService(app, argument, l10n.t('Learn a Policy'), () => true);
  if (!summary) return;
  const entry = app.policies.get(summary.policyId);
  const why = whyNot(app, summary);
  if (why !== undefined || entry?.approval.kind !== 'approved' || entry.written === undefined) {
    return reportFailure(l10n.t('Learning did not start.'), why ?? l10n.t('The policy file is not approved yet.'));
  }
  const before = { approved: entry.approval.text, written: entry.written };
  const [approved, written] = await Promise.all([
    app.language.open(before.approved, summary.name),
    app.language.open(before.written, summary.name),
  ]);
  if (approved === undefined || written === undefined) {
    return reportFailure(
      l10n.t('Learning did not start.'),
      l10n.t(
        'No rule can be added to “{0}” because of how its rules are written. Write each rule on its own line.',
        summary.name,
      ),
    );
  }
  const start = l10n.t('Learn for an Hour');
  const chosen = await carefulChoice(
    () =>
      chooseInModal(
        {
          warning: true,
          message: l10n.t('Let agents read all of “{0}” for an hour?', summary.name),
          detail: [
            `GET, HEAD /**: ${l10n.t('allowed')}`,
            `POST, PUT, PATCH, DELETE /**: ${l10n.t('you are asked every time')}`,
            '',
            l10n.t(
              'Deny rules still apply. Learning affects this window only, and ends early if you stop it, freeze access, reload the window or change the policy file.',
            ),
            l10n.t(
              'Afterwards, rules are proposed for what was used. Nothing is added to the file without your approval.',
            ),
          ].join('\n'),
        },
        [start],
      ),
    (button) => button === start,
    Date.now,
  );
  if (chosen !== start) return;
  const now = app.policies.get(summary.policyId);
  if (now?.approval.kind !== 'approved' || now.approval.text !== before.approved || now.written !== before.written) {
    return reportFailure(
      l10n.t('Learning did not start.'),
      l10n.t('{0} changed while this question was open. Try again.', entry.label),
    );
  }
  const session = app.learning.start({ policyId: entry.id, service: summary.name }, before, { approved, written });
  await app.gateway.record({ action: 'learn', service: summary.name });
  await app.gateway.push('policies');
  // Said only now: a call that came before would still have been blocked.
  if (!app.learning.began(session)) return;
  void window.showInformationMessage(
    l10n.t('Learning “{0}” for an hour. The status bar’s menu stops it.', summary.name),
  );
}

/** What stands in the way of learning this service now. */
function whyNot(app: LearnParts & PolicyParts, { name, policyId, status }: ServiceSummary): string | undefined {
  const entry = app.policies.get(policyId);
  if (app.learning.session) {
    return l10n.t('Learning is active for “{0}”. Stop it first.', app.learning.session.service);
  }
  if (status === 'frozen') return l10n.t('“{0}” is frozen. Unfreeze it first.', name);
  if (entry?.disk !== 'valid' || entry.pending.length > 0) {
    return l10n.t(
      '{0} has errors, or changes that wait for your review. Fix or review these first.',
      entry?.label ?? policyId,
    );
  }
  const definedIn = app.policies.entries().filter(({ writtenPolicy }) => writtenPolicy?.services.has(name));
  return definedIn.length > 1
    ? l10n.t('“{0}” is in two policy files, and both apply. Learning can open only one of them.', name)
    : undefined;
}
