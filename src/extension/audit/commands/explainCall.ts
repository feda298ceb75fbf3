import { l10n, window } from 'vscode';
import type { App } from '../../app/app.ts';
import type { AuditParts, GatewayPart } from '../../app/parts.ts';
import { showPolicy } from '../../policy/commands/openPolicyFile.ts';
import { askChoice, single } from '../../ui/steps.ts';
import type { Activity } from '../model/activity.ts';
import { CallNode } from '../views/callNode.ts';
import { reasonText, remedyText } from '../views/reasonText.ts';

type Blocked = Activity & { readonly result: { readonly kind: 'blocked'; readonly code: string } };

/** *Why?*: says why a call was blocked, what would become of it now, and where the policy says so. */
export async function explainCall(app: App, argument: unknown): Promise<void> {
  const call = await whichCall(app, argument);
  if (!call) return;
  const open = l10n.t('Open Policy File');
  const summary = app.services.list.find(({ name }) => name === call.service);
  const chosen = await window.showInformationMessage(
    l10n.t('{0} on “{1}” was blocked: {2}.', `${call.method} ${call.path}`, call.service, reasonText(call.result.code)),
    { modal: true, detail: await detailOf(app, call) },
    ...(summary ? [open] : []),
  );
  if (chosen === open && summary) await showPolicy(app, summary.policyId, summary.service?.line);
}

async function detailOf(app: GatewayPart, call: Blocked): Promise<string> {
  const { service, method, path } = call;
  const { allowed, refusal } = await app.gateway.ask((control) =>
    control.explain({ tool: 'execute', service, method, path }),
  );
  return [
    l10n.t('Agent: {0}', call.agent),
    l10n.t('Time: {0}', new Date(call.time).toLocaleString()),
    '',
    ...(refusal ? [l10n.t('Under the current policy: {0}', refusal.message), remedyText(refusal) ?? ''] : []),
    // The policy may have changed since; and what is not recorded (query, body) may have been the reason.
    ...(allowed
      ? [
          allowed.asks
            ? l10n.t('Under the current policy, this request would wait for your approval.')
            : l10n.t('Under the current policy, this request would be allowed.'),
          allowed.reason,
        ]
      : []),
  ]
    .join('\n')
    .trim();
}

async function whichCall(app: AuditParts, argument: unknown): Promise<Blocked | undefined> {
  if (argument instanceof CallNode && isBlocked(argument.call)) return argument.call;
  const blocked = app.activity.calls.filter(isBlocked);
  if (blocked.length === 0) {
    void window.showInformationMessage(l10n.t('No call was blocked in this window.'));
    return undefined;
  }
  const answer = await askChoice(
    single(l10n.t('Why Was a Call Blocked?')),
    l10n.t('Which call?'),
    blocked.map((call) => ({
      label: `${call.method} ${call.path}`,
      description: call.service,
      detail: reasonText(call.result.code),
      value: call,
    })),
  );
  return answer.kind === 'value' ? answer.value : undefined;
}

function isBlocked(call: Activity): call is Blocked {
  return call.result.kind === 'blocked';
}
