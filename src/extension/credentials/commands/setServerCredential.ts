import { l10n } from 'vscode';
import type { App } from '../../app/app.ts';
import { publishChange } from '../../gateway/commands/publishChange.ts';
import { notifyWithKeyPage } from '../../services/model/keyPage.ts';
import type { ServerNeed, ServerSummary } from '../../services/model/serverList.ts';
import { single } from '../../ui/steps.ts';
import { sameBinding } from '../model/binding.ts';
import { askStoredOrTyped, offerRemoval } from './enterCredential.ts';
import { confirmServerCredential } from './serverCredentialDialog.ts';
import { undoRotation } from './undoRotation.ts';

/**
 * Enters or replaces a credential of an upstream MCP server. It is bound to the whole command line (or the URL) and to the
 * variables that hold it; for another one than it was entered for, a modal names both. Nothing is known that would verify it.
 */
export async function setServerCredential(
  app: App,
  { name: server, server: definition }: ServerSummary,
  { credentialId, binding }: ServerNeed,
): Promise<void> {
  const name = credentialId.service;
  const record = app.credentials.get(credentialId);
  const before = record?.state === 'present' ? record : undefined;
  const again = before !== undefined && sameBinding(before.binding, binding);
  const answer = await askStoredOrTyped(single(before ? l10n.t('Rotate Credential') : l10n.t('Enter Credential')), {
    prompt: before
      ? l10n.t('New credential {0} for the MCP server {1}. Only that server gets it.', name, server)
      : l10n.t('Credential {0} for the MCP server {1}. Only that server gets it.', name, server),
    present: again ? before.value : undefined,
    fromFile: before === undefined,
  });
  if (answer.kind !== 'value') return;
  const { value, source } = answer.value;
  const action = l10n.t('Use This Credential');
  if (!again && !(await confirmServerCredential(definition, value, binding, { action, bound: before?.binding })))
    return;
  await app.credentials.put(credentialId, value, binding);
  await publishChange(app, ['credentials'], {
    action: before ? 'rotate' : 'add',
    service: name,
    credential: { name, last4: value.last4 },
  });
  const undo = { label: l10n.t('Undo…'), run: () => undoRotation(app, name) };
  // Not waited for: a toast may stand for minutes.
  void notifyWithKeyPage(
    before ? l10n.t('“{0}” is rotated.', name) : l10n.t('Credential {1} saved for the MCP server “{0}”.', server, name),
    undefined,
    app.credentials.undoOffer(credentialId) ? [undo] : [],
  );
  if (source) await offerRemoval(source);
}
