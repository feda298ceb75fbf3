import { l10n } from 'vscode';
import type { App } from '../app.ts';
import { bindingOf } from '../credentials/binding.ts';
import { scopeOf } from '../credentials/credentialSet.ts';
import { PolicyNotWritableError, withService } from '../policy/policyWriter.ts';
import { confirmInModal, tellFailure } from '../ui/confirm.ts';
import { runSteps } from '../ui/steps.ts';
import { addServiceSteps, type ServiceDraft, serviceOf } from './addServiceQuestions.ts';
import { addServiceSummary } from './addServiceSummary.ts';
import { showPolicy } from './openPolicyFile.ts';

/**
 * From nothing to a usable service: questions, one modal that names origin and rules, then the credential, the
 * approval and the file, in this order, so that a failure at any point leaves less access and never more.
 */
export async function addService(app: App): Promise<void> {
  const draft: ServiceDraft = { presetId: 'read-only', policyId: 'user' };
  if (!(await runSteps(l10n.t('Add Service'), () => addServiceSteps(app, draft)))) return;
  const service = serviceOf(draft);
  const { credential, policyId } = draft;
  if (!service || !credential) return;

  const definition = (await app.parse(withService(undefined, service))).policy?.services.get(service.name);
  if (!definition) return tellNotValid(app, withService(undefined, service));
  if (app.locations.isDirty(policyId)) {
    return tellFailure(
      l10n.t('The service was not added.'),
      l10n.t('{0} has unsaved changes. Save or revert them, and add the service again.', labelOf(app, policyId)),
    );
  }
  if (app.policies.get(policyId)?.disk === 'invalid') {
    return tellFailure(
      l10n.t('The service was not added.'),
      l10n.t('{0} has errors. Correct them, and add the service again.', labelOf(app, policyId)),
    );
  }
  const agreed = await confirmInModal({
    message: l10n.t('Let agents use “{0}” at {1}?', service.name, definition.baseUrl.origin),
    detail: addServiceSummary(definition, credential.last4, labelOf(app, policyId)),
    action: l10n.t('Add Service'),
  });
  if (!agreed) return;

  const credentialId = { scope: scopeOf(policyId), service: service.name };
  await app.credentials.put(credentialId, credential, bindingOf(definition));
  if (policyId === 'user') await app.locations.ensureUserPolicy();
  try {
    await app.policies.approveOwnChange(
      policyId,
      (approved) => withService(approved, service),
      (written) => app.locations.write(policyId, withService(written, service)),
    );
  } catch (error) {
    if (!(error instanceof PolicyNotWritableError)) throw error;
    return tellFailure(
      l10n.t('The service was not written to {0}.', labelOf(app, policyId)),
      l10n.t('{0} Correct the file, and add the service again.', error.message),
    );
  }
  app.announceChange();
  await app.gateway.push('policies');
  await app.gateway.push('credentials');
  await app.gateway.record({
    action: 'add',
    service: service.name,
    credential: { name: service.name, last4: credential.last4 },
  });
  const line = app.policies.get(policyId)?.writtenPolicy?.services.get(service.name)?.line;
  await showPolicy(app, policyId, line);
}

function labelOf(app: App, policyId: string): string {
  return app.policies.get(policyId)?.label ?? policyId;
}

async function tellNotValid(app: App, text: string): Promise<void> {
  const { problems } = await app.parse(text);
  const problem = problems.find(({ severity }) => severity === 'error');
  await tellFailure(
    l10n.t('The service was not added.'),
    problem?.message ?? l10n.t('What was entered does not make a valid service. Add it again.'),
  );
}
