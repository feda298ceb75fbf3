import { l10n } from 'vscode';
import type { App } from '../app.ts';
import { bindingOf } from '../credentials/binding.ts';
import { scopeOf } from '../credentials/credentialSet.ts';
import { PolicyNotWritableError, withService } from '../policy/policyWriter.ts';
import { confirmInModal, tellFailure } from '../ui/confirm.ts';
import { runSteps, single } from '../ui/steps.ts';
import { addServiceSteps } from './addServiceQuestions.ts';
import { addServiceSummary } from './addServiceSummary.ts';
import { askStoredOrTyped, offerRemoval } from './enterCredential.ts';
import { showPolicy } from './openPolicyFile.ts';
import { type ServiceDraft, serviceOf } from './serviceDraft.ts';
import { decideOnCandidate } from './verification.ts';

/**
 * From nothing to a usable service: questions, a verification, one modal that names origin and rules, then the
 * credential, the approval and the file, in this order, so that a failure at any point leaves less access and never more.
 */
export async function addService(app: App): Promise<void> {
  const title = l10n.t('Add Service');
  const draft: ServiceDraft = { policyId: 'user' };
  if (!(await runSteps(title, () => addServiceSteps(app, draft)))) return;
  const service = serviceOf(draft);
  let { credential } = draft;
  const { policyId } = draft;
  if (!service || !credential) return;

  const text = withService(undefined, service);
  const definition = (await app.parse(text)).policy?.services.get(service.name);
  if (!definition) return tellNotValid(app, text);
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
  const binding = bindingOf(definition);
  let decision = await decideOnCandidate(app, definition, { value: credential.value, binding, policy: text });
  while (decision.kind === 'again') {
    const answer = await askStoredOrTyped(single(title), {
      prompt: l10n.t('The credential. VS Code keeps it encrypted; agents and files never get it.'),
      keyPage: draft.known?.keyPage,
      fromFile: true,
    });
    if (answer.kind !== 'value') return;
    credential = answer.value;
    decision = await decideOnCandidate(app, definition, { value: credential.value, binding, policy: text });
  }
  if (decision.kind === 'cancel') return;
  const { value, source } = credential;
  const elsewhere = app.credentials.holders(value).map((id) => id.service);
  const agreed = await confirmInModal({
    message: l10n.t('Let agents use “{0}” at {1}?', service.name, definition.baseUrl.origin),
    detail: addServiceSummary(definition, {
      last4: value.last4,
      file: labelOf(app, policyId),
      verified: decision.note,
      elsewhere,
    }),
    action: l10n.t('Add Service'),
  });
  if (!agreed) return;

  const credentialId = { scope: scopeOf(policyId), service: service.name };
  await app.credentials.put(credentialId, value, binding, decision.findings);
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
    credential: { name: service.name, last4: value.last4 },
  });
  const line = app.policies.get(policyId)?.writtenPolicy?.services.get(service.name)?.line;
  await showPolicy(app, policyId, line);
  if (source) await offerRemoval(source);
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
