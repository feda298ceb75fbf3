import { l10n, window } from 'vscode';
import { METHODS, type Method } from '../../../core/request/parts/requestModel.ts';
import type { App } from '../../app/app.ts';
import type { AuditParts } from '../../app/parts.ts';
import { previewRule, reportNotAdded, shortened, whyNeedless, writeRule } from '../../policy/commands/grantRule.ts';
import { carefulChoice } from '../../ui/carefulChoice.ts';
import { chooseInModal } from '../../ui/confirm.ts';
import { askChoice, single } from '../../ui/steps.ts';
import { type Activity, wantsRule } from '../model/activity.ts';
import { agentText } from '../views/agentText.ts';
import { CallNode } from '../views/callNode.ts';

/** *Add the Narrowest Rule*: lets pass from now on what a policy blocked. */
export async function addNarrowestRule(app: App, argument: unknown): Promise<void> {
  await addRule(app, argument, l10n.t('Add the Narrowest Rule'));
}

/** *Ask Every Time*: the same with a question to the user for each call. */
export async function askEveryTime(app: App, argument: unknown): Promise<void> {
  await addRule(app, argument, l10n.t('Ask Every Time'), 'always');
}

async function addRule(app: App, argument: unknown, title: string, approval?: 'always'): Promise<void> {
  const call = await whichCall(app, argument, title);
  if (!call) return;
  const wanted = { service: call.service, method: call.method as Method, path: call.path };
  const preview = previewRule(app, wanted, approval);
  if (!preview) return reportNotAdded(l10n.t('“{0}” is no longer in a policy file of this window.', call.service));
  const needless = await whyNeedless(app, preview);
  if (needless !== undefined) return reportNotAdded(needless);
  const add = l10n.t('Add Rule');
  const chosen = await carefulChoice(
    () =>
      chooseInModal(
        {
          warning: true,
          message: approval
            ? l10n.t('Let agents send this to “{0}” if you approve it each time?', call.service)
            : l10n.t('Let agents send this to “{0}” from now on?', call.service),
          detail: [shortened(`${call.method} ${call.path}`), '', ...preview.text].join('\n'),
        },
        [add],
      ),
    (button) => button === add,
    Date.now,
  );
  if (chosen === add) await writeRule(app, preview);
}

async function whichCall(app: AuditParts, argument: unknown, title: string): Promise<Activity | undefined> {
  if (argument instanceof CallNode && byPolicy(argument.call)) return argument.call;
  const blocked = app.activity.calls.filter(byPolicy);
  if (blocked.length === 0) {
    void window.showInformationMessage(l10n.t('No call in this window was blocked for lack of a rule.'));
    return undefined;
  }
  const answer = await askChoice(
    single(title),
    l10n.t('For which blocked call?'),
    blocked.map((call) => ({
      label: `${call.method} ${call.path}`,
      description: [call.service, agentText(call.agent)].join(' · '),
      value: call,
    })),
  );
  return answer.kind === 'value' ? answer.value : undefined;
}

/** What was refused as a request has no path that a rule could name. */
function byPolicy(call: Activity): boolean {
  return wantsRule(call) && METHODS.some((known) => known === call.method);
}
