import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { commands, env, l10n, Uri, ViewColumn, type Webview, type WebviewPanel, window } from 'vscode';
import * as z from 'zod/mini';
import { errorText } from '../../../core/errorText.ts';
import type { ActivityLog } from '../model/activity.ts';
import { AuditReader } from './auditReader.ts';
import type { CheckedAuditLog } from './checkBeside.ts';
import { explorerHtml } from './explorerHtml.ts';
import { type ExplorerFilter, RESULTS, type ToPage } from './explorerMessages.ts';
import { exportRecords } from './exportRecords.ts';

/** New records are told to the page at most this often, in milliseconds. */
const GREW_EVERY_MS = 2000;

const filterSchema = z.object({
  since: z.optional(z.number()),
  service: z.optional(z.string()),
  agent: z.optional(z.string()),
  result: z.optional(z.enum([...RESULTS, 'all'])),
  text: z.optional(z.string().check(z.maxLength(200))),
});
const messageSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('ready') }),
  z.object({ do: z.literal('show'), filter: filterSchema, page: z.int().check(z.nonnegative()) }),
  z.object({ do: z.literal('export'), filter: filterSchema }),
  z.object({ do: z.literal('verify') }),
]);

/** What the explorer shows and reads. */
export interface ExplorerParts extends CheckedAuditLog {
  readonly activity: ActivityLog;
  readonly log: { error(message: string): void };
}

/** The Audit Explorer: one editor tab. */
export class ExplorerPanel {
  readonly #parts: ExplorerParts;
  readonly #panel: WebviewPanel;
  readonly #reader: AuditReader;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: ExplorerParts, extensionPath: string, onDisposed: () => void) {
    this.#parts = parts;
    const dist = Uri.file(path.join(extensionPath, 'dist'));
    this.#reader = new AuditReader(parts.auditWorker, parts.audit.directory);
    this.#panel = window.createWebviewPanel('valetKey.auditExplorer', l10n.t('Audit Explorer'), ViewColumn.Active, {
      enableScripts: true,
      enableForms: true,
      localResourceRoots: [dist],
    });
    const { webview } = this.#panel;
    webview.onDidReceiveMessage((message: unknown) => this.#hear(message));
    webview.html = htmlOf(webview, dist);
    const growing = parts.activity.onDidChange(() => {
      if (!this.#panel.visible) return;
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#post({ grew: true });
      }, GREW_EVERY_MS);
    });
    this.#panel.onDidDispose(() => {
      clearTimeout(this.#timer);
      growing.dispose();
      this.#reader.dispose();
      onDisposed();
    });
  }

  reveal(): void {
    this.#panel.reveal();
  }

  dispose(): void {
    this.#panel.dispose();
  }

  /** What the page says counts as little as what anybody says: it is checked. */
  #hear(given: unknown): void {
    const parsed = messageSchema.safeParse(given);
    if (!parsed.success) return;
    const message = parsed.data;
    const failed = (error: unknown): void => {
      this.#parts.log.error(`Audit Explorer: ${errorText(error)}`);
      this.#post({ failed: l10n.t('The audit log could not be read: {0}', errorText(error)) });
    };
    switch (message.do) {
      case 'ready':
        return;
      case 'show':
        this.#reader.query(
          { filter: present(message.filter), page: message.page, now: Date.now() },
          (view) => this.#post({ show: view }),
          failed,
        );
        return;
      case 'export':
        exportRecords(this.#reader, present(message.filter)).catch(failed);
        return;
      case 'verify':
        this.#verify().catch(failed);
    }
  }

  async #verify(): Promise<void> {
    const { anchors, anchorer } = this.#parts.audit;
    this.#post({ chain: { state: 'checking', text: l10n.t('Checking …') } });
    await anchorer.anchor();
    const check = await this.#reader.check(await anchors.all());
    const records = check.runs.reduce((sum, { verification }) => sum + verification.records, 0);
    this.#post({
      chain: check.ok
        ? { state: 'holds', text: l10n.t('✓ The audit log is intact: {0} records.', records) }
        : { state: 'broken', text: l10n.t('✗ The audit log was altered. “Verify Audit Log” shows where.') },
    });
    if (!check.ok) await commands.executeCommand('valetKey.verifyAuditLog');
  }

  #post(message: ToPage): void {
    void this.#panel.webview.postMessage(message);
  }
}

function htmlOf(webview: Webview, dist: Uri): string {
  return explorerHtml({
    source: webview.cspSource,
    script: webview.asWebviewUri(Uri.joinPath(dist, 'explorer.js')).toString(),
    styles: webview.asWebviewUri(Uri.joinPath(dist, 'explorer.css')).toString(),
    nonce: randomBytes(16).toString('hex'),
    language: env.language,
  });
}

/** Without the parts that are there and undefined. */
function present(filter: z.infer<typeof filterSchema>): ExplorerFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
