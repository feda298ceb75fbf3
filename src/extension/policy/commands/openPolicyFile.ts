import { l10n, Selection, window } from 'vscode';
import type { Phrase } from '../../../core/text/phrase.ts';
import type { PolicyParts, ServiceParts } from '../../app/parts.ts';
import { nameOfNode } from '../../services/views/serverNode.ts';
import { askChoice, single } from '../../ui/steps.ts';
import { localized } from '../../util/localized.ts';
import { shownPath } from '../../util/shownText.ts';

/** Opens a policy file; creates the user's when it is the one that is wanted and there is none yet. */
export async function openPolicyFile(app: PolicyParts & ServiceParts, argument: unknown): Promise<void> {
  const started = nameOfNode(argument);
  const service = app.services.list.find(({ name }) => name === started);
  if (service) return showPolicy(app, service.policyId, service.service?.line);
  const server = app.services.servers.find(({ name }) => name === started);
  if (server) return showPolicy(app, server.policyId, server.server.line);
  const present = app.policies.entries().filter(({ id, disk }) => id === 'user' || disk !== 'missing');
  const [only] = present;
  if (present.length === 1 && only) return showPolicy(app, only.id);
  const answer = await askChoice(
    single(l10n.t('Open Policy File')),
    l10n.t('Which policy file?'),
    present.map(({ id, label }) => ({ label, description: shownPath(app.locations.uriOf(id).fsPath), value: id })),
  );
  if (answer.kind === 'value') await showPolicy(app, answer.value);
}

/** `line` counts from 1. */
export async function showPolicy(app: PolicyParts, id: string, line?: number): Promise<void> {
  if (id === 'user') await app.locations.ensureUserPolicy();
  const entry = app.policies.entries().find((one) => one.id === id);
  if (entry?.unreadable !== undefined) return showUnreadable(app, entry.label, entry.unreadable, id);
  const editor = await window.showTextDocument(app.locations.uriOf(id), { preview: false });
  if (line === undefined) return;
  const range = editor.document.lineAt(Math.min(line, editor.document.lineCount) - 1).range;
  editor.revealRange(range);
  editor.selection = new Selection(range.end, range.end);
}

/** What cannot be read may still open, as a file that is too large does; if not, VS Code's own error would not say what to do. */
async function showUnreadable(app: PolicyParts, label: string, why: Phrase, id: string): Promise<void> {
  try {
    await window.showTextDocument(app.locations.uriOf(id), { preview: false });
  } catch {
    await window.showErrorMessage(l10n.t('{0} cannot be opened. {1}', label, localized(why)));
  }
}
