import { l10n } from 'vscode';
import type { App } from '../../app/app.ts';
import { publishChange } from '../../gateway/commands/publishChange.ts';
import { keyPageOf, notifyWithKeyPage } from '../../services/model/keyPage.ts';
import { isThere } from '../../services/model/serviceList.ts';
import { confirmInModal } from '../../ui/confirm.ts';
import { namedCredentials, pickCredential, unnamedCredentials } from './pickCredential.ts';

/** Removes a credential of a service or an upstream MCP server and stops the requests that use it. */
export async function revokeCredential(app: App, argument: unknown): Promise<void> {
  const stored = namedCredentials(app).filter(({ credential }) => isThere(credential));
  const summary = await pickCredential(argument, l10n.t('Revoke Credential'), [...stored, ...unnamedCredentials(app)]);
  if (!summary) return;
  const { name, credentialId, credential, of } = summary;
  const service = of.kind === 'service' ? of.summary.service : undefined;
  const agreed = await confirmInModal({
    warning: true,
    message: l10n.t('Remove the credential of “{0}”?', name),
    detail: l10n.t(
      'Requests in progress are stopped, and agents can no longer use the service. The provider still accepts the credential: revoke it there, too.',
    ),
    action: l10n.t('Revoke'),
  });
  if (!agreed) return;
  await app.credentials.revoke(credentialId);
  await publishChange(app, ['credentials'], {
    action: 'revoke',
    service: name,
    ...(credential?.state === 'present' ? { credential: { name, last4: credential.value.last4 } } : {}),
  });
  // Not waited for: a toast may stand for minutes.
  void notifyWithKeyPage(
    l10n.t('“{0}” is revoked here. The provider still accepts the credential until you revoke it there.', name),
    keyPageOf(service),
  );
}
