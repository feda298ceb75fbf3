import { l10n } from 'vscode';
import type { Server } from '../../core/policy/servers/model.ts';
import type { Secret } from '../../core/secret.ts';
import type { Binding } from '../../gateway/parent.ts';
import type { App } from '../app.ts';
import { sameBinding } from '../credentials/binding.ts';
import { confirmInModal } from '../ui/confirm.ts';
import { tellWithKeyPage } from '../ui/keyPage.ts';
import { maskedText } from '../ui/placementText.ts';
import { single } from '../ui/steps.ts';
import { serverWorkspaceWarning } from '../ui/workspaceWarning.ts';
import type { ServerNeed, ServerSummary } from '../views/services/serverList.ts';
import { askStoredOrTyped, offerRemoval } from './enterCredential.ts';
import { undoRotation } from './undoRotation.ts';

/**
 * Enters or replaces a credential of a wrapped server. It is bound to the whole command line (or the URL) and to the
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
  const answer = await askStoredOrTyped(single(l10n.t('Rotate Credential')), {
    prompt: l10n.t('New credential {0} for the MCP server {1}. Only that server gets it.', name, server),
    present: again ? before.value : undefined,
    fromFile: before === undefined,
  });
  if (answer.kind !== 'value') return;
  const { value, source } = answer.value;
  if (!again && !(await confirmDestination(definition, value, binding, before?.binding))) return;
  await app.credentials.put(credentialId, value, binding);
  app.announceChange();
  await app.gateway.push('credentials');
  await app.gateway.record({
    action: before ? 'rotate' : 'add',
    service: name,
    credential: { name, last4: value.last4 },
  });
  const undo = { label: l10n.t('Undo…'), run: () => undoRotation(app, name) };
  // Not waited for: a toast may stand for minutes.
  void tellWithKeyPage(
    before ? l10n.t('“{0}” is rotated.', name) : l10n.t('The MCP server “{0}” has its credential {1}.', server, name),
    undefined,
    app.credentials.undoOffer(credentialId) ? [undo] : [],
  );
  if (source) await offerRemoval(source);
}

/** The text names everything that the binding compares, so that what is confirmed is what counts. */
async function confirmDestination(
  { name, run }: Server,
  value: Secret,
  binding: Binding,
  bound: Binding | undefined,
): Promise<boolean> {
  const inWorkspace = await serverWorkspaceWarning(run);
  return confirmInModal({
    warning: bound !== undefined || inWorkspace.length > 0,
    message: l10n.t('Give this credential to the MCP server “{0}”?', name),
    detail: [
      l10n.t('Credential: {0}', maskedText(value.last4)),
      l10n.t('Server: {0}', binding.origin),
      l10n.t('Placed in: {0}', binding.placement),
      ...(bound ? [l10n.t('The present credential was entered for {0} ({1}).', bound.origin, bound.placement)] : []),
      '',
      ...inWorkspace,
      binding.placement.startsWith('env:')
        ? l10n.t(
            'That program, what it starts, and other programs of yours can read it in its environment. Only give it to a server that you trust.',
          )
        : l10n.t('It goes to that address only.'),
    ].join('\n'),
    action: l10n.t('Use This Credential'),
  });
}
