import { l10n, ProgressLocation, Uri, window, workspace } from 'vscode';
import type { AuditRecord } from '../../../core/audit/auditEvent.ts';
import { asCsv, asJsonLines } from '../../../core/audit/exportFormats.ts';
import type { AuditReader } from './auditReader.ts';
import type { ExplorerFilter } from './explorerMessages.ts';
import { MAX_ROWS, markdownReport } from './markdownReport.ts';

/** Writes what the explorer shows into a file of the user's choice, as CSV, JSON lines or a Markdown report. */
export async function exportRecords(reader: AuditReader, filter: ExplorerFilter): Promise<void> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const name = `valet-key-audit-${new Date().toISOString().slice(0, 10)}.md`;
  const target = await window.showSaveDialog({
    title: l10n.t('Export Audit Log'),
    filters: { [l10n.t('Markdown report')]: ['md'], CSV: ['csv'], [l10n.t('JSON lines')]: ['jsonl'] },
    ...(folder ? { defaultUri: Uri.joinPath(folder, name) } : {}),
  });
  if (!target) return;
  const done = await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t('Exporting the audit log'), cancellable: true },
    async (_progress, token) => {
      const text = await textOf(reader, filter, formatOf(target), () => token.isCancellationRequested);
      if (text === undefined) return false;
      await workspace.fs.writeFile(target, text);
      return true;
    },
  );
  if (!done) return;
  const open = l10n.t('Open');
  const chosen = await window.showInformationMessage(l10n.t('The records were exported.'), open);
  if (chosen === open) await window.showTextDocument(target);
}

function formatOf({ path }: Uri): 'csv' | 'jsonl' | 'md' {
  const ending = path.toLowerCase().split('.').at(-1);
  return ending === 'csv' || ending === 'jsonl' ? ending : 'md';
}

/** In pieces as bytes: as one text, a long trail would be more than a JavaScript string may hold. */
async function textOf(
  reader: AuditReader,
  filter: ExplorerFilter,
  format: 'csv' | 'jsonl' | 'md',
  stopped: () => boolean,
): Promise<Uint8Array | undefined> {
  if (format === 'md') return markdownOf(reader, filter, stopped);
  const pieces: Buffer[] = [];
  for await (const records of reader.records(filter)) {
    if (stopped()) return undefined;
    const text = format === 'csv' ? asCsv(records) : asJsonLines(records);
    const headed = format === 'csv' && pieces.length > 0;
    pieces.push(Buffer.from(headed ? text.slice(text.indexOf('\r\n') + 2) : text));
  }
  return Buffer.concat(pieces);
}

async function markdownOf(
  reader: AuditReader,
  filter: ExplorerFilter,
  stopped: () => boolean,
): Promise<Uint8Array | undefined> {
  const view = await reader.view({ filter, page: 0, now: Date.now() });
  let newest: readonly AuditRecord[] = [];
  for await (const records of reader.records(filter)) {
    if (stopped()) return undefined;
    newest = [...newest, ...records].slice(-MAX_ROWS);
  }
  return Buffer.from(markdownReport(view, newest, l10n));
}
