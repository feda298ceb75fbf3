import { l10n, window } from 'vscode';
import { agentWords } from '../../../core/audit/agentWords.ts';
import type { Method } from '../../../core/request/parts/requestModel.ts';
import type { AccessRequestOutcome } from '../../../gateway/control/controlPort.ts';
import type { App } from '../../app/app.ts';
import type { AuditParts, GatewayPart } from '../../app/parts.ts';
import { previewRule, reportNotAdded, shortened, whyNeedless, writeRule } from '../../policy/commands/grantRule.ts';
import { carefulChoice } from '../../ui/carefulChoice.ts';
import { chooseInModal } from '../../ui/confirm.ts';
import { askChoice, single } from '../../ui/steps.ts';
import type { WaitingAccessRequest } from '../model/accessRequestList.ts';
import { AccessRequestNode } from '../views/accessRequestNode.ts';

/** Longest reason of an agent's that is shown, in characters. */
const MAX_REASON = 200;

/**
 * Shows what an agent asks for and the very rule that would allow it. Adding the rule writes it into the policy file and
 * approves it by that act; declining tells the agent, when it calls again. Closing the dialog decides nothing.
 */
export async function reviewAccessRequest(app: App, argument: unknown): Promise<void> {
  const request = await whichAccessRequest(app, argument);
  if (!request) return;
  const wanted = { service: request.service, method: request.method as Method, path: request.path };
  const preview = previewRule(app, wanted);
  if (!preview) return reportNotAdded(l10n.t('“{0}” is no longer in a policy file of this window.', request.service));
  const needless = await whyNeedless(app, preview);
  if (needless !== undefined) {
    await settle(app, request, 'needless');
    return reportNotAdded(l10n.t('{0} The request was removed from the list.', needless));
  }
  const add = l10n.t('Add Rule');
  const asking = l10n.t('Add Rule, Ask Every Time');
  const decline = l10n.t('Decline');
  const chosen = await carefulChoice(
    () =>
      chooseInModal(
        {
          warning: true,
          message: l10n.t('Let agents send this to “{0}” from now on?', request.service),
          detail: [
            shortened(`${request.method} ${request.path}`),
            '',
            l10n.t(
              '“{0}” asks for it. The agent’s own words: “{1}”',
              request.agent,
              agentWords(request.reason, MAX_REASON),
            ),
            '',
            ...preview.text,
          ].join('\n'),
        },
        [add, asking, decline],
      ),
    (button) => button === add || button === asking,
    Date.now,
  );
  if (chosen === undefined) return;
  if (chosen === decline) {
    await settle(app, request, 'declined');
    await app.gateway.record({ action: 'decline_access', service: request.service });
    return;
  }
  const rule = chosen === asking ? { ...preview.rule, approval: 'always' as const } : preview.rule;
  if (await writeRule(app, { ...preview, rule })) await settle(app, request, 'granted');
}

async function settle(
  app: AuditParts & GatewayPart,
  { id }: WaitingAccessRequest,
  outcome: AccessRequestOutcome,
): Promise<void> {
  app.accessRequests.settle(id);
  await app.gateway.ask((control) => control.settleAccessRequest(id, outcome));
}

async function whichAccessRequest(app: AuditParts, argument: unknown): Promise<WaitingAccessRequest | undefined> {
  const { waiting } = app.accessRequests;
  if (argument instanceof AccessRequestNode) return waiting.find(({ id }) => id === argument.request.id);
  const [only] = waiting;
  if (!only) {
    void window.showInformationMessage(l10n.t('No agent asks for access.'));
    return undefined;
  }
  if (waiting.length === 1) return only;
  const answer = await askChoice(
    single(l10n.t('Review Access Request')),
    l10n.t('Which request?'),
    waiting.map((request) => ({
      label: `${request.method} ${request.path}`,
      description: [request.service, request.agent].join(' · '),
      value: request,
    })),
  );
  return answer.kind === 'value' ? answer.value : undefined;
}
