import { l10n } from 'vscode';
import { KNOWN_SERVICES } from '../../../core/services/knownServices.ts';
import type { App } from '../../app/app.ts';
import type { CredentialId } from '../../credentials/model/credentialId.ts';
import { migrationSteps } from '../../services/commands/addServiceQuestions.ts';
import { createService } from '../../services/commands/createService.ts';
import { type ServiceDraft, serviceOf } from '../../services/commands/serviceDraft.ts';
import { runSteps } from '../../ui/steps.ts';
import type { PlainSecret } from '../repair/secretPlaces.ts';
import { secretText } from './moveSecretsQuestions.ts';

/**
 * Makes a service of a secret that was found, as *Add Service* does with one that is typed: the same modal names its
 * origin and its rules. Undefined when the user gave up.
 */
export async function storeSecret(app: App, secret: PlainSecret): Promise<CredentialId | undefined> {
  const known = KNOWN_SERVICES.find(({ id }) => id === secret.shown.finding.secret?.provider);
  const draft: ServiceDraft = { policyId: 'user' };
  const title = l10n.t('Where does {0} go?', secretText(secret));
  if (!(await runSteps(title, () => migrationSteps(app, draft, known)))) return undefined;
  const service = serviceOf(draft);
  if (!service) return undefined;
  const created = await createService(app, {
    service,
    credential: { value: secret.value },
    policyId: draft.policyId,
    // Another value would not be the one in the file, but the API may be back.
    enterAgain: async () => ({ value: secret.value }),
    again: l10n.t('Try Again'),
    besides: l10n.t('The value is taken from {0}, and removed there once it is stored.', secret.file.label),
  });
  return created?.credentialId;
}
