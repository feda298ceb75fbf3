import { l10n, ProgressLocation, window } from 'vscode';
import type { Call } from '../../../core/request/arguments/call.ts';
import { METHODS, type Method } from '../../../core/request/parts/requestModel.ts';
import type { Explanation, Performed } from '../../../gateway/control/controlPort.ts';
import type { App } from '../../app/app.ts';
import type { GatewayPart, PolicyParts } from '../../app/parts.ts';
import { showPolicy } from '../../policy/commands/openPolicyFile.ts';
import { chooseInModal } from '../../ui/confirm.ts';
import { askChoice, askText, runSteps, type Step } from '../../ui/steps.ts';
import { localized } from '../../util/localized.ts';
import type { ServiceSummary } from '../model/serviceList.ts';
import { pickService } from './pickService.ts';

interface TestDraft {
  method: Method;
  path: string;
  json: string;
}

/** Shows what policy says of a request, sends it if the user wants it sent, and shows what an agent would get. */
export async function testRequest(app: App, argument: unknown): Promise<void> {
  const title = l10n.t('Test a Request');
  const summary = await pickService(app, argument, title, () => true);
  if (!summary) return;
  const draft: TestDraft = { method: 'GET', path: '/', json: '' };
  if (!(await runSteps(title, () => steps(draft)))) return;
  const call = callOf(summary.name, draft);
  const explanation = await app.gateway.ask((control) => control.explain(call));
  if (!explanation.allowed) return showRefused(app, summary, call, explanation);
  const send = l10n.t('Send {0}', call.method);
  const chosen = await chooseInModal(allowedText(call, explanation), [send]);
  if (chosen !== send) return;
  const performed = await perform(app, call);
  if (performed)
    await app.texts.show(
      documentName(call),
      `${JSON.stringify(documentOf(call, explanation, performed), undefined, 2)}\n`,
    );
}

function steps(draft: TestDraft): readonly Step[] {
  return [
    async (frame) => {
      const answer = await askChoice(
        frame,
        l10n.t('Which method?'),
        METHODS.map((method) => ({ label: method, value: method })),
      );
      if (answer.kind !== 'value') return answer.kind;
      draft.method = answer.value;
      return 'next';
    },
    async (frame) => {
      const answer = await askText(frame, {
        prompt: l10n.t('The path below the base URL, with a query if you like'),
        placeholder: '/v1/items?limit=3',
        value: draft.path,
        // A request may hold anything.
        misplaced: () => false,
        problem: (path) => (path.startsWith('/') ? undefined : l10n.t('The path must start with a slash.')),
      });
      if (answer.kind !== 'value') return answer.kind;
      draft.path = answer.value;
      return 'next';
    },
    ...(draft.method === 'POST' || draft.method === 'PUT' || draft.method === 'PATCH'
      ? [
          async (frame: Parameters<Step>[0]) => {
            const answer = await askText(frame, {
              prompt: l10n.t('The body as JSON (optional)'),
              placeholder: '{ "name": "value" }',
              value: draft.json,
              // A request may hold anything.
              misplaced: () => false,
              problem: (text) => (text.trim() === '' || isJson(text) ? undefined : l10n.t('This is not valid JSON.')),
            });
            if (answer.kind !== 'value') return answer.kind;
            draft.json = answer.value;
            return 'next' as const;
          },
        ]
      : []),
  ];
}

function callOf(service: string, { method, path, json }: TestDraft): Call {
  const body = json.trim() === '' || method === 'GET' || method === 'HEAD' ? {} : { json: JSON.parse(json) as unknown };
  return { tool: 'execute', service, method, path, ...body };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function allowedText(call: Call, { request, allowed }: Explanation) {
  const reads = call.method === 'GET' || call.method === 'HEAD';
  return {
    warning: !reads,
    message: l10n.t('The policy allows this request.'),
    detail: [
      `${request?.method ?? call.method} ${request?.url ?? call.path}`,
      ...(request?.body === undefined ? [] : ['', cut(request.body)]),
      '',
      localized(allowed?.reason) ?? '',
      allowed?.line === undefined ? (allowed?.file ?? '') : l10n.t('{0}, line {1}', allowed.file, allowed.line),
      ...(allowed?.asks ? [l10n.t('An agent’s call would wait for your approval.')] : []),
      ...(reads ? [] : ['', l10n.t('Sending this request can change data at the API, just as an agent’s call would.')]),
    ].join('\n'),
  };
}

async function showRefused(app: PolicyParts, summary: ServiceSummary, call: Call, { request, refusal }: Explanation) {
  const open = l10n.t('Open Policy File');
  const chosen = await chooseInModal(
    {
      warning: true,
      message: l10n.t('This request would be refused.'),
      detail: [
        `${request?.method ?? call.method} ${request?.url ?? call.path}`,
        '',
        localized(refusal?.message) ?? '',
        '',
        l10n.t('Next step for the agent: {0}', localized(refusal?.nextStep) ?? ''),
      ].join('\n'),
    },
    [open],
  );
  if (chosen === open) await showPolicy(app, summary.policyId, summary.service?.line);
}

/** Undefined when the user cancelled it. */
async function perform(app: GatewayPart, call: Call): Promise<Performed | undefined> {
  const controller = new AbortController();
  const title = l10n.t('Sending {0} to “{1}”', `${call.method} ${call.path}`, call.service);
  const performed = await window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (_progress, token) => {
      token.onCancellationRequested(() => controller.abort());
      return app.gateway.ask((control) => control.perform(call, controller.signal));
    },
  );
  return controller.signal.aborted ? undefined : performed;
}

function documentOf(call: Call, { request }: Explanation, performed: Performed): object {
  return {
    request: `${request?.method ?? call.method} ${request?.url ?? call.path}`,
    ...('answer' in performed ? { answer: performed.answer } : { refusal: performed.refusal }),
  };
}

/** A file name for the editor's tab, such as `stripe GET v1-charges.json`. */
function documentName({ service, method, path }: Call): string {
  const name = path
    .replace(/\?.*/s, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^-|-$/g, '');
  return `${service} ${method} ${name.slice(0, 40)}.json`;
}

function cut(text: string): string {
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}
