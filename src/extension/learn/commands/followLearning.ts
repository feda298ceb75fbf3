import { type Disposable, l10n, window } from 'vscode';
import { errorText } from '../../../core/errorText.ts';
import type { App } from '../../app/app.ts';
import type { AuditParts, LearnParts, PolicyParts } from '../../app/parts.ts';
import type { LearningEnd, LearningSession } from '../model/learning.ts';
import { allowedCalls, callsSince, whyNot } from './suggestTighterPolicy.ts';

const LOOK_EVERY_MS = 1000;

/** Ends a learning session in time, tells the gateway when one ended, and proposes what was learned. */
export function followLearning(app: App): Disposable {
  const { learning } = app;
  const failed = (error: unknown): void => app.log.error(errorText(error));
  const timer = setInterval(() => {
    if (learning.session) learning.check(app.policies.files());
  }, LOOK_EVERY_MS);
  const subscriptions = [
    learning.onDidChange(({ session, end }) => {
      if (end === undefined) return;
      void app.gateway.push('policies').catch(failed);
      void ended(app, session, end).catch(failed);
    }),
    // Whoever freezes does not want anything opened when he unfreezes.
    app.freeze.onDidChange(() => {
      const { all, services } = app.freeze.state;
      if (learning.session && (all || services.includes(learning.session.service))) learning.stop();
    }),
  ];
  return {
    dispose: () => {
      clearInterval(timer);
      for (const one of subscriptions) one.dispose();
    },
  };
}

async function ended(app: App, session: LearningSession, end: LearningEnd): Promise<void> {
  await app.gateway.record({ action: 'learn_end', service: session.service });
  const message =
    end === 'changed'
      ? l10n.t('Learning “{0}” ended because its policy file changed.', session.service)
      : l10n.t('Learning “{0}” ended. What it was not allowed before is blocked again.', session.service);
  const show = l10n.t('Show Proposal');
  // Opening a difference decides nothing, so that a toast may offer it.
  if ((await window.showInformationMessage(message, show)) === show) await proposeLearned(app, session);
}

/** Shows rules for what was called during a learning session and the file does not allow. */
export async function proposeLearned(
  app: AuditParts & LearnParts & PolicyParts,
  { policyId, service, since }: LearningSession,
): Promise<void> {
  const entry = app.policies.get(policyId);
  const why = entry ? whyNot(app, entry) : l10n.t('The policy file is no longer part of this window.');
  if (!entry || why !== undefined) {
    void window.showWarningMessage(l10n.t('No policy is proposed. {0}', why ?? ''));
    return;
  }
  const before = entry.text ?? '';
  const calls = allowedCalls(await callsSince(app, since)).filter((call) => call.service === service);
  const proposal = await app.language.learn(before, calls);
  if (!proposal || proposal.changes.length === 0) {
    void window.showInformationMessage(
      l10n.t('Nothing was learned: agents used only what {0} already allows.', entry.label),
    );
    return;
  }
  await app.proposals.show(app.locations.uriOf(policyId), { ...proposal, policyId, label: entry.label, before });
}
