import { randomBytes } from 'node:crypto';
import { l10n, ProgressLocation, window } from 'vscode';
import type { Call } from '../../../core/request/arguments/call.ts';
import type { App } from '../../app/app.ts';
import type { GatewayPart } from '../../app/parts.ts';
import type { ServiceSummary } from '../../services/model/serviceList.ts';
import { confirmInModal } from '../../ui/confirm.ts';
import { impossiblePath, type LeakResult, shows } from '../scan/leakTest.ts';

/** Provokes an error through each own service, and looks for its credential in what an agent would get. */
export async function testErrorsForLeaks(app: App): Promise<void> {
  const services = app.services.list.filter(({ credential }) => credential?.state === 'present');
  if (services.length === 0) {
    void window.showInformationMessage(l10n.t('There is no service with a credential to test.'));
    return;
  }
  const path = impossiblePath(randomBytes(8).toString('hex'));
  const agreed = await confirmInModal({
    message: l10n.t('Send a test request to each service?'),
    detail: [
      l10n.t('Each of these receives one GET request for a path that cannot exist, if its rules allow that:'),
      ...services.map(({ name, service }) => `    ${name}: ${service?.baseUrl.origin ?? ''}${path}`),
      '',
      l10n.t(
        'The response that an agent would get is searched for the credential. The requests do not change anything at the API.',
      ),
    ].join('\n'),
    action: l10n.t('Test'),
  });
  if (!agreed) return;
  const results = await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t('Testing errors for leaks'), cancellable: true },
    async (_progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      const found: LeakResult[] = [];
      for (const service of services) {
        if (token.isCancellationRequested) break;
        found.push(await testOne(app, service, path, controller.signal));
      }
      return found;
    },
  );
  for (const { kind, service } of results) {
    if (kind === 'leak') app.leaks.add(service);
    if (kind === 'clean') app.leaks.delete(service);
  }
  await app.checkup.run();
  await app.texts.show(l10n.t('Errors tested for leaks.txt'), `${results.map(resultText).join('\n')}\n`);
}

async function testOne(
  app: GatewayPart,
  summary: ServiceSummary,
  path: string,
  signal: AbortSignal,
): Promise<LeakResult> {
  const { name: service, credential } = summary;
  const call: Call = { tool: 'execute', service, method: 'GET', path };
  const explanation = await app.gateway.ask((control) => control.explain(call));
  if (!explanation.allowed || credential?.state !== 'present') return { kind: 'not-allowed', service };
  const performed = await app.gateway.ask((control) => control.perform(call, signal));
  if (shows(credential.value, [JSON.stringify(performed)])) return { kind: 'leak', service };
  return { kind: 'clean', service, status: 'answer' in performed ? performed.answer.status : undefined };
}

function resultText(result: LeakResult): string {
  switch (result.kind) {
    case 'clean':
      return result.status === undefined
        ? l10n.t('{0}: the error shows no credential.', result.service)
        : l10n.t('{0}: the answer ({1}) shows no credential.', result.service, result.status);
    case 'leak':
      return l10n.t(
        '{0}: LEAKED. The response contains the credential. Freeze the service and report this.',
        result.service,
      );
    case 'not-allowed':
      return l10n.t('{0}: not tested, because no rule allows a GET request for such a path.', result.service);
  }
}
