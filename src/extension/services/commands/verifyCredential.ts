import { l10n, window } from 'vscode';
import type { Verification } from '../../../gateway/control/controlPort.ts';
import type { App } from '../../app/app.ts';
import type { CredentialParts, GatewayPart, PolicyParts, ServiceParts } from '../../app/parts.ts';
import { rotateCredential } from '../../credentials/commands/rotateCredential.ts';
import { findingsOf, requestText, verify, verifyingRequestOf } from '../../credentials/commands/verification.ts';
import { showPolicy } from '../../policy/commands/openPolicyFile.ts';
import { chooseInModal } from '../../ui/confirm.ts';
import { localized } from '../../util/localized.ts';
import { keyPageOf, notifyWithKeyPage } from '../model/keyPage.ts';
import type { ServiceSummary } from '../model/serviceList.ts';
import { pickService } from './pickService.ts';
import { verifyOnStart } from './verifyOnStart.ts';

/** Finds out whether the API takes the stored credential, and keeps what came out of it. */
export async function verifyCredential(app: App, argument: unknown): Promise<void> {
  const title = l10n.t('Verify Credential');
  const summary = await pickService(
    app,
    argument,
    title,
    ({ credential }) => credential?.state === 'present' || credential?.state === 'command',
  );
  if (!summary?.service) return;
  const { service, credentialId, credential } = summary;
  if (!verifyingRequestOf(service)) return explainWhatIsMissing(app, summary);
  const verification = await verify(app, service);
  if (!verification) return;
  // What a command gives is not stored, and the gateway knows how it was received.
  if (credential?.state === 'present') {
    await app.credentials.noteVerification(credentialId, credential.value, findingsOf(verification));
  }
  await app.gateway.push('credentials');
  void notify(app, summary, verification);
}

/** Verifies in the background what the policies ask for; see verifyOnStart.ts. */
export function verifyStored(app: CredentialParts & GatewayPart & ServiceParts): Promise<void> {
  return verifyOnStart({
    services: () => app.services.list,
    claim: (what, forMs) => app.announcements.claim(what, forMs),
    verify: ({ name, service }) => app.gateway.ask((control) => control.verify(name, service?.verify)),
    note: async ({ credentialId, credential }, verification) => {
      if (credential?.state !== 'present') return;
      await app.credentials.noteVerification(credentialId, credential.value, findingsOf(verification));
      await app.gateway.push('credentials');
    },
  });
}

async function explainWhatIsMissing(app: PolicyParts, { name, service, policyId }: ServiceSummary): Promise<void> {
  const open = l10n.t('Open Policy File');
  const chosen = await chooseInModal(
    {
      message: l10n.t('No request is known that can test the credential of “{0}”.', name),
      detail: l10n.t(
        'Add one to the service’s policy: a read that every credential of this API can make, such as\n\n    verify: { path: /v1/me }',
      ),
    },
    [open],
  );
  if (chosen === open) await showPolicy(app, policyId, service?.line);
}

async function notify(app: App, summary: ServiceSummary, verification: Verification): Promise<void> {
  const { name, service } = summary;
  const status = String(verification.status ?? '');
  const request = service ? requestText(service) : '';
  const rotate = { label: l10n.t('Rotate…'), run: () => rotateCredential(app, name) };
  switch (verification.outcome) {
    case 'ready':
      void window.showInformationMessage(
        [
          l10n.t('“{0}” accepts its credential ({1}).', name, status),
          verification.expiresAt === undefined
            ? ''
            : l10n.t('The credential expires on {0}.', new Date(verification.expiresAt).toLocaleDateString()),
        ]
          .filter(Boolean)
          .join(' '),
      );
      return;
    case 'limited':
      void window.showInformationMessage(
        l10n.t(
          'The credential of “{0}” is valid but lacks permission for this request: {1} was answered with {2}.',
          name,
          request,
          status,
        ),
      );
      return;
    case 'rejected':
      return notifyWithKeyPage(
        l10n.t('“{0}” rejects its credential: {1} was answered with {2}. Rotate it.', name, request, status),
        keyPageOf(service),
        [rotate],
      );
    case 'unverified':
      void window.showWarningMessage(
        l10n.t('The credential of “{0}” could not be verified. {1}', name, localized(verification.why) ?? ''),
      );
  }
}
