import * as vscode from 'vscode';
import type { OutlineItem } from '../../../core/policy/text/outline.ts';
import type { Look } from '../../../policyWorker/look.ts';
import type { AuditParts, PolicyParts } from '../../app/parts.ts';
import type { ServiceCalls } from '../language/callHistory.ts';
import { POLICY_SELECTOR } from '../language/policySelector.ts';
import type { LookParts, PolicyLooks } from './policyLooks.ts';

/** New calls are counted again this long after they came, in milliseconds. */
const COUNT_AFTER_MS = 3000;

/** Above each service what was called, and a way to try it; above the tests how they went. */
export function registerLenses(
  app: AuditParts & PolicyParts,
  looks: PolicyLooks,
  { language, history }: LookParts,
): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  let timer: NodeJS.Timeout | undefined;
  return vscode.Disposable.from(
    changed,
    { dispose: () => clearTimeout(timer) },
    history.onDidChange(() => changed.fire()),
    looks.onDidLook(() => changed.fire()),
    app.activity.onDidChange(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        if (vscode.window.visibleTextEditors.some(({ document }) => app.locations.idOf(document.uri) !== undefined)) {
          void history.refresh(0);
        }
      }, COUNT_AFTER_MS);
    }),
    vscode.languages.registerCodeLensProvider(POLICY_SELECTOR, {
      onDidChangeCodeLenses: changed.event,
      provideCodeLenses: async (document) => {
        if (app.locations.idOf(document.uri) === undefined) return [];
        void history.refresh();
        const { version } = document;
        const items = await language.outline(document.getText());
        if (document.version !== version) return [];
        const at = (item: OutlineItem, command: vscode.Command): vscode.CodeLens => {
          const { start, end } = item.nameSpan;
          const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
          return new vscode.CodeLens(range, command);
        };
        return items.flatMap((item) => {
          if (item.kind === 'services') {
            return item.children.flatMap((service) => [
              at(service, {
                command: 'valetKey.openAuditExplorer',
                title: callsText(history.ofService(service.name)),
                tooltip: vscode.l10n.t('Open the Audit Explorer'),
              }),
              at(service, {
                command: 'valetKey.testRequest',
                title: vscode.l10n.t('Test a Request…'),
                arguments: [service.name],
              }),
            ]);
          }
          const tests = looks.of(document)?.tests;
          return item.kind === 'tests' && tests ? [at(item, testsLens(tests))] : [];
        });
      },
    }),
  );
}

function callsText({ allowed, blocked }: ServiceCalls): string {
  if (allowed + blocked === 0) return vscode.l10n.t('No calls in the last 24 h');
  return vscode.l10n.t('{0} allowed, {1} blocked in the last 24 h', allowed, blocked);
}

function testsLens({ total, failed }: NonNullable<Look['tests']>): vscode.Command {
  if (failed > 0) {
    const title =
      total === 1 ? vscode.l10n.t('✗ 1 test fails') : vscode.l10n.t('✗ {0} of {1} tests fail', failed, total);
    return { title, tooltip: vscode.l10n.t('Show the problems'), command: 'workbench.actions.view.problems' };
  }
  // A lens without a command is a text.
  return {
    title: total === 1 ? vscode.l10n.t('✓ 1 test passes') : vscode.l10n.t('✓ {0} tests pass', total),
    command: '',
  };
}
