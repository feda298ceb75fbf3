import { l10n, window } from 'vscode';
import type { App } from '../app.ts';
import { bindingOf, sameBinding } from '../credentials/binding.ts';
import { confirmInModal } from '../ui/confirm.ts';
import { askCredential } from '../ui/credentialBox.ts';
import { maskedText, placementText } from '../ui/placementText.ts';
import { single } from '../ui/steps.ts';
import { pickService } from './pickService.ts';

/**
 * Replaces a service's credential, or enters one where none is. A credential for another origin or placement than the
 * one it was entered for is a new permission, and is decided in a modal that names both.
 */
export async function rotateCredential(app: App, argument: unknown): Promise<void> {
  const title = l10n.t('Rotate Credential');
  const summary = await pickService(app, argument, title, ({ service }) => service !== undefined);
  if (!summary?.service) return;
  const { name, service, credentialId } = summary;
  const binding = bindingOf(service);
  const answer = await askCredential(single(title), {
    prompt: l10n.t(
      'New credential for {0}. It goes to {1} only, {2}.',
      name,
      binding.origin,
      placementText(service.auth),
    ),
  });
  if (answer.kind !== 'value') return;
  const before = app.credentials.get(credentialId);
  const bound = before?.state === 'present' ? before.binding : undefined;
  if (!bound || !sameBinding(bound, binding)) {
    const agreed = await confirmInModal({
      warning: bound !== undefined,
      message: l10n.t('Send this credential to {0}?', binding.origin),
      detail: [
        l10n.t('Service: {0}', name),
        l10n.t('Credential: {0}, sent {1}', maskedText(answer.value.last4), placementText(service.auth)),
        ...(bound ? [l10n.t('The present credential was entered for {0} ({1}).', bound.origin, bound.placement)] : []),
      ].join('\n'),
      action: l10n.t('Use This Credential'),
    });
    if (!agreed) return;
  }
  await app.credentials.put(credentialId, answer.value, binding);
  app.announceChange();
  await app.gateway.push('credentials');
  await app.gateway.record({
    action: bound ? 'rotate' : 'add',
    service: name,
    credential: { name, last4: answer.value.last4 },
  });
  void window.showInformationMessage(
    bound
      ? l10n.t('“{0}” is rotated. Revoke the old credential at its provider.', name)
      : l10n.t('“{0}” has its credential.', name),
  );
}
