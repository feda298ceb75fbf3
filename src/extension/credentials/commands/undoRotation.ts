import { l10n, window } from 'vscode';
import type { App } from '../../app/app.ts';
import { publishChange } from '../../gateway/commands/publishChange.ts';
import { nameOfNode } from '../../services/views/serverNode.ts';
import { confirmInModal, reportFailure } from '../../ui/confirm.ts';
import { maskedText } from '../../ui/placementText.ts';
import { namedCredentials, pickCredential } from './pickCredential.ts';

/**
 * Brings back the credential that the last rotation replaced. The old one may be able to do more than the new one, so
 * this is decided in a modal, however it was started.
 */
export async function undoRotation(app: App, argument: unknown): Promise<void> {
  const started = nameOfNode(argument);
  const undoable = namedCredentials(app).filter(({ credentialId }) => app.credentials.undoOffer(credentialId));
  const concerned = undoable.some(({ name, of }) => name === started || of.summary.name === started);
  if (undoable.length === 0 || (started !== undefined && !concerned)) return reportTooLate(started);
  const summary = await pickCredential(argument, l10n.t('Undo Rotation'), undoable);
  const offer = summary && app.credentials.undoOffer(summary.credentialId);
  const present = summary && app.credentials.get(summary.credentialId);
  if (!summary || !offer || present?.state !== 'present') return;
  const { name, credentialId } = summary;
  const agreed = await confirmInModal({
    warning: true,
    message: l10n.t('Restore the previous credential of “{0}”?', name),
    detail: [
      l10n.t('Previous: {0}', maskedText(offer.last4)),
      l10n.t('Current: {0} (will be retired)', maskedText(present.value.last4)),
      l10n.t('Destination: {0}', present.binding.origin),
      '',
      l10n.t(
        'The previous credential works only if its provider has not revoked it. You can undo the rotation until {0}.',
        timeText(offer.until),
      ),
    ].join('\n'),
    action: l10n.t('Undo Rotation'),
  });
  if (!agreed) return;
  // Ten minutes may have passed, or another window may have been quicker, while the question stood.
  if ((await app.credentials.undoRotation(credentialId)) !== 'undone') return reportTooLate(name);
  await publishChange(app, ['credentials'], {
    action: 'undo rotation',
    service: name,
    credential: { name, last4: offer.last4 },
  });
  void window.showInformationMessage(l10n.t('Restored the previous credential of “{0}”.', name));
}

function reportTooLate(name: string | undefined): Promise<void> {
  return reportFailure(
    name === undefined
      ? l10n.t('There is no rotation to undo.')
      : l10n.t('The rotation of “{0}” can no longer be undone.', name),
    l10n.t(
      'A rotation can be undone for ten minutes, unless the credential is changed again or revoked. If you still have the old credential, enter it with “Rotate Credential”.',
    ),
  );
}

function timeText(at: number): string {
  return new Date(at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
}
