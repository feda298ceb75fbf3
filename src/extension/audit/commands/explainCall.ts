import { l10n, window } from 'vscode';
import { HELD_BACK_MS } from '../../../core/audit/heldBack.ts';
import type { App } from '../../app/app.ts';
import type { AuditParts, GatewayPart } from '../../app/parts.ts';
import { showPolicy } from '../../policy/commands/openPolicyFile.ts';
import { askChoice, single } from '../../ui/steps.ts';
import { localized } from '../../util/localized.ts';
import { shownText } from '../../util/shownText.ts';
import type { Activity } from '../model/activity.ts';
import { agentText } from '../views/agentText.ts';
import { CallNode, callText } from '../views/callNode.ts';
import { blockedText, reasonText, remedyText } from '../views/reasonText.ts';

/** In characters. */
const MAX_OF_A_CALL = 200;

type Blocked = Activity & { readonly result: Extract<Activity['result'], { kind: 'blocked' }> };

/** *Why?*: says why a call was blocked, what would become of it now, and where the policy says so. */
export async function explainCall(app: App, argument: unknown): Promise<void> {
  const call = await whichCall(app, argument);
  if (!call) return;
  const open = l10n.t('Open Policy File');
  const summary = app.services.list.find(({ name }) => name === call.service);
  const chosen = await window.showInformationMessage(
    call.service === ''
      ? l10n.t('{0}: blocked, {1}.', shortText(call), blockedText(call.result))
      : l10n.t('{0} on “{1}” was blocked: {2}.', shortText(call), call.service, blockedText(call.result)),
    { modal: true, detail: await detailOf(app, call) },
    ...(summary ? [open] : []),
  );
  if (chosen === open && summary) await showPolicy(app, summary.policyId, summary.service?.line);
}

async function detailOf(app: GatewayPart, call: Blocked): Promise<string> {
  const { service, method, path } = call;
  const facts = [
    l10n.t('Agent: {0}', agentText(call.agent)),
    l10n.t('Time: {0}', new Date(call.time).toLocaleString()),
    '',
  ];
  const credential = credentialLines(call);
  // The record has it taken out: judged anew, that would be another request. And without a path there is none.
  if (credential.length > 0 || path === '') return [...facts, ...credential].join('\n').trim();
  const { allowed, refusal } = await app.gateway.ask((control) =>
    control.explain({ tool: 'execute', service, method, path }),
  );
  return [
    ...facts,
    ...(refusal
      ? [l10n.t('Under the current policy: {0}', localized(refusal.message)), remedyText(refusal) ?? '']
      : []),
    // The policy may have changed since; and what is not recorded (query, body) may have been the reason.
    ...(allowed
      ? [
          allowed.asks
            ? l10n.t('Under the current policy, this request would wait for your approval.')
            : l10n.t('Under the current policy, this request would be allowed.'),
          localized(allowed.reason),
        ]
      : []),
  ]
    .join('\n')
    .trim();
}

/** A row may be as long as an agent likes; the dialog names it. */
function shortText(call: Activity): string {
  return shownText(callText(call), MAX_OF_A_CALL);
}

/** What there is to say of a credential in a call, and of calls after it; nothing of other calls. */
function credentialLines({ result, time }: Blocked): readonly string[] {
  const { code, inIt, heldBack } = result;
  if (!heldBack && inIt === undefined) return [];
  const until = new Date(Date.parse(time) + HELD_BACK_MS).toLocaleTimeString(undefined, { timeStyle: 'short' });
  return [
    ...(inIt === undefined
      ? []
      : [l10n.t('The call contained the credential of “{0}”. The agent got it elsewhere, or guessed it.', inIt)]),
    heldBack
      ? l10n.t(
          'An earlier call of this agent, or three calls of any agents, contained a credential. For an hour after that, few calls or none pass.',
        )
      : code === 'invalid_request'
        ? l10n.t('Few calls of this agent pass until {0}.', until)
        : l10n.t('The call was blocked for a different reason: {0}.', reasonText(code)),
    remedyText(result) ?? '',
  ];
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
      label: shortText(call),
      description: call.service,
      detail: blockedText(call.result),
      value: call,
    })),
  );
  return answer.kind === 'value' ? answer.value : undefined;
}

function isBlocked(call: Activity): call is Blocked {
  return call.result.kind === 'blocked';
}
