import { l10n } from 'vscode';
import { Secret } from '../../../core/secret.ts';
import type { App } from '../../app/app.ts';
import { offerRemoval } from '../../credentials/commands/enterCredential.ts';
import { showPolicy } from '../../policy/commands/openPolicyFile.ts';
import { runSteps, single } from '../../ui/steps.ts';
import { addServiceSteps, askNewCredential } from './addServiceQuestions.ts';
import { createService } from './createService.ts';
import { type ServiceDraft, serviceOf } from './serviceDraft.ts';

/** From nothing to a usable service: questions, then what {@link createService} does with the answers. */
export async function addService(app: App): Promise<void> {
  const title = l10n.t('Add Service');
  const draft: ServiceDraft = { policyId: 'user' };
  if (!(await runSteps(title, () => addServiceSteps(app, draft)))) return;
  const service = serviceOf(draft);
  const { policyId } = draft;
  // Of a session of VS Code's nothing is entered.
  const credential = service?.auth.type === 'vscode-session' ? { value: new Secret('') } : draft.credential;
  if (!service || !credential) return;
  const created = await createService(app, {
    service,
    credential,
    policyId,
    enterAgain: async () => {
      const answer = await askNewCredential(app, single(title), draft);
      return answer.kind === 'value' ? answer.value : undefined;
    },
  });
  if (!created) return;
  const line = app.policies.get(policyId)?.writtenPolicy?.services.get(service.name)?.line;
  await showPolicy(app, policyId, line);
  if (created.credential.source) await offerRemoval(created.credential.source);
}
