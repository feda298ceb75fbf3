import { type CancellationToken, l10n, ProgressLocation, Uri, window, workspace } from 'vscode';
import type { App } from '../../app/app.ts';
import type { AuditParts } from '../../app/parts.ts';
import { checkupReportText } from '../../checkup/commands/exportCheckupReport.ts';
import { testKillSwitch } from '../../freeze/commands/testKillSwitch.ts';
import { askChoice, single } from '../../ui/steps.ts';
import { AuditReader } from '../explorer/auditReader.ts';
import { checkBeside } from '../explorer/checkBeside.ts';
import { type EvidenceParts, evidencePack } from '../explorer/evidencePack.ts';
import { markdownReport } from '../explorer/markdownReport.ts';
import { auditReport } from '../model/auditReport.ts';

const THIRTY_DAYS_MS = 30 * 24 * 60 * 60 * 1000;
/** Enough to see what records look like; the explorer exports them all. */
const SAMPLE = 50;

/** Writes one document with what a security lead asks for: the verified chain, the checkup, the policies, the last kill-switch test. */
export async function exportEvidencePack(app: App): Promise<void> {
  const title = l10n.t('Export Evidence Pack');
  const killSwitchTest = await askChoice(single(title), l10n.t('Test the kill switch for it?'), [
    { label: l10n.t('Test the kill switch now'), detail: l10n.t('Asks before freezing anything'), value: true },
    { label: l10n.t('Use the last test'), value: false },
  ]);
  if (killSwitchTest.kind !== 'value') return;
  if (killSwitchTest.value) await testKillSwitch(app);
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const name = `valet-key-evidence-${new Date().toISOString().slice(0, 10)}.md`;
  const target = await window.showSaveDialog({
    title,
    filters: { Markdown: ['md'] },
    ...(folder ? { defaultUri: Uri.joinPath(folder, name) } : {}),
  });
  if (!target) return;
  const text = await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t('Creating the evidence pack'), cancellable: true },
    async (_progress, token) => {
      const parts = await gather(app, token);
      return parts && evidencePack(parts, l10n);
    },
  );
  if (text === undefined) return;
  await workspace.fs.writeFile(target, new TextEncoder().encode(text));
  const open = l10n.t('Open');
  const chosen = await window.showInformationMessage(l10n.t('The evidence pack was exported.'), open);
  if (chosen === open) await window.showTextDocument(target);
}

async function gather(app: App, token: CancellationToken): Promise<EvidenceParts | undefined> {
  const check = await checkBeside(app, token);
  if (!check) return undefined;
  const calls = await callsOf(app);
  const report = await app.checkup.run();
  if (token.isCancellationRequested) return undefined;
  const last = app.killSwitchTests.last;
  return {
    at: Date.now(),
    version: app.version,
    chain: {
      ok: check.ok,
      records: check.runs.reduce((sum, { verification }) => sum + verification.records, 0),
      report: auditReport(check, app.audit.directory),
    },
    calls,
    ...(report
      ? {
          checkup: {
            passed: report.points.filter(({ state }) => state === 'pass').length,
            report: checkupReportText(report),
          },
        }
      : {}),
    policies: app.policies.entries().map(({ label, approval, pending }) => ({
      label,
      pending: pending.length,
      ...(approval.kind === 'approved' ? { approved: { text: approval.text, at: approval.at } } : {}),
    })),
    ...(last ? { killSwitchTest: last } : {}),
  };
}

/** What agents did in the last 30 days, read beside the event loop. */
async function callsOf(app: AuditParts): Promise<string> {
  const reader = new AuditReader(app.auditWorker, app.audit.directory);
  try {
    const now = Date.now();
    const view = await reader.view({ filter: { since: now - THIRTY_DAYS_MS }, page: 0, now });
    return markdownReport(view, view.rows.slice(0, SAMPLE).reverse(), l10n);
  } finally {
    reader.dispose();
  }
}
