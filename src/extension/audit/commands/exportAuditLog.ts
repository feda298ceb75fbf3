import fs from 'node:fs';
import { l10n, ProgressLocation, Uri, window, workspace } from 'vscode';
import type { AuditRecord } from '../../../core/audit/auditEvent.ts';
import { compareRecords, matchesQuery } from '../../../core/audit/auditQuery.ts';
import { asCsv, asJsonLines } from '../../../core/audit/exportFormats.ts';
import { auditRuns, NotAPartError, runRecords } from '../../../gateway/audit/auditFiles.ts';
import type { AuditParts } from '../../app/parts.ts';
import { askChoice, single } from '../../ui/steps.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Writes records of all windows into one file, as JSON lines or CSV. A record never holds a credential. */
export async function exportAuditLog(app: AuditParts): Promise<void> {
  const title = l10n.t('Export Audit Log');
  const span = await askChoice(single(title), l10n.t('Which records?'), [
    { label: l10n.t('The last 24 hours'), value: 1 },
    { label: l10n.t('The last 7 days'), value: 7 },
    { label: l10n.t('The last 30 days'), value: 30 },
    { label: l10n.t('All kept records'), value: Number.POSITIVE_INFINITY },
  ]);
  if (span.kind !== 'value') return;
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const day = new Date().toISOString().slice(0, 10);
  const target = await window.showSaveDialog({
    title,
    filters: { [l10n.t('JSON lines')]: ['jsonl'], CSV: ['csv'] },
    ...(folder ? { defaultUri: Uri.joinPath(folder, `valet-key-audit-${day}.jsonl`) } : {}),
  });
  if (!target) return;
  const count = await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t('Exporting the audit log'), cancellable: true },
    async (_progress, token) => {
      const since = Number.isFinite(span.value) ? Date.now() - span.value * DAY_MS : undefined;
      const records = await readAuditLog(app.audit.directory, since, () => token.isCancellationRequested);
      if (!records) return undefined;
      const text = target.path.toLowerCase().endsWith('.csv') ? asCsv(records) : asJsonLines(records);
      await workspace.fs.writeFile(target, new TextEncoder().encode(text));
      return records.length;
    },
  );
  if (count === undefined) return;
  const open = l10n.t('Open');
  const chosen = await window.showInformationMessage(l10n.t('{0} records were exported.', count), open);
  if (chosen === open) await window.showTextDocument(target);
}

/** The records of all runs in the order of their time; undefined when it was stopped. */
async function readAuditLog(
  directory: string,
  since: number | undefined,
  stopped: () => boolean,
): Promise<readonly AuditRecord[] | undefined> {
  const records: AuditRecord[] = [];
  for (const run of fs.existsSync(directory) ? auditRuns(directory) : []) {
    if (stopped()) return undefined;
    try {
      for await (const record of runRecords(directory, run)) {
        if (matchesQuery(record, since === undefined ? {} : { since })) records.push(record);
      }
    } catch (error) {
      // Something else in a part's place is a finding of *Verify Audit Log*; the rest is still wanted.
      if (!(error instanceof NotAPartError)) throw error;
    }
  }
  return records.sort(compareRecords);
}
