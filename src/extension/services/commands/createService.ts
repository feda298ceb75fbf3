import { l10n } from 'vscode';
import { type NewService, withService } from '../../../core/policy/edit/serviceWriter.ts';
import { PolicyNotWritableError } from '../../../core/policy/text/insertion.ts';
import type { Secret } from '../../../core/secret.ts';
import type { App } from '../../app/app.ts';
import type { PolicyParts } from '../../app/parts.ts';
import { type EnteredCredential, shownCredential, storeEntered } from '../../credentials/commands/enterCredential.ts';
import { allowSession } from '../../credentials/commands/session.ts';
import { type CandidateDecision, decideOnCandidate } from '../../credentials/commands/verification.ts';
import { bindingOf } from '../../credentials/model/binding.ts';
import type { CredentialId } from '../../credentials/model/credentialId.ts';
import { scopeOf } from '../../credentials/model/credentialSet.ts';
import { publishChange } from '../../gateway/commands/publishChange.ts';
import { confirmInModal, reportFailure } from '../../ui/confirm.ts';
import { localized } from '../../util/localized.ts';
import { addServiceSummary } from './addServiceSummary.ts';

/** What is to be made of the user's answers. */
export interface WantedService {
  readonly service: NewService;
  readonly credential: EnteredCredential;
  readonly policyId: string;
  /** Asks for the credential again after the API rejected it; undefined when the user gave up. */
  enterAgain(): Promise<EnteredCredential | undefined>;
  /** What that is called; default: entering another one. */
  readonly again?: string;
  /** What else the user agrees to with the same click, in a sentence. */
  readonly besides?: string;
}

/** The service as it was made, with the credential that was used in the end. */
export interface CreatedService {
  readonly credentialId: CredentialId;
  readonly credential: EnteredCredential;
}

/**
 * A verification, one modal that names origin and rules, then the credential, the approval and the file, in this order,
 * so that a failure at any point leaves less access and never more. Undefined when nothing was made: the user was told
 * why, or said no.
 */
export async function createService(app: App, wanted: WantedService): Promise<CreatedService | undefined> {
  const { service, policyId } = wanted;
  let { credential } = wanted;
  const text = withService(undefined, service);
  const definition = (await app.parse(text)).policy?.services.get(service.name);
  if (!definition) return reportNotValid(app, text);
  if (app.locations.isDirty(policyId)) {
    return reportNotAdded(
      l10n.t('{0} has unsaved changes. Save or revert them, and add the service again.', labelOf(app, policyId)),
    );
  }
  if (app.policies.get(policyId)?.disk === 'invalid') {
    return reportNotAdded(l10n.t('{0} has errors. Correct them, and add the service again.', labelOf(app, policyId)));
  }
  const binding = bindingOf(definition);
  const decide = (value: Secret): Promise<CandidateDecision> =>
    definition.auth.type === 'vscode-session'
      ? Promise.resolve({ kind: 'use', value, findings: {}, note: undefined })
      : decideOnCandidate(app, definition, { value, binding, policy: text }, wanted.again);
  let decision = await decide(credential.value);
  while (decision.kind === 'again') {
    const entered = await wanted.enterAgain();
    if (!entered) return undefined;
    credential = entered;
    decision = await decide(credential.value);
  }
  if (decision.kind === 'cancel') return undefined;
  const { value } = decision;
  const agreed = await confirmInModal({
    message: l10n.t('Let agents use “{0}” at {1}?', service.name, definition.baseUrl.origin),
    detail: addServiceSummary(definition, {
      credential: shownCredential({ ...credential, value }),
      file: labelOf(app, policyId),
      verified: decision.note,
      elsewhere: app.credentials.holders(value).map((id) => id.service),
      besides: wanted.besides,
    }),
    action: l10n.t('Add Service'),
  });
  if (!agreed) return undefined;

  const credentialId = { scope: scopeOf(policyId), service: service.name };
  if (definition.auth.type === 'vscode-session') {
    if (!(await allowSession(definition.auth))) return undefined;
    await app.credentials.putSession(credentialId, binding);
  } else {
    await storeEntered(app, credentialId, { ...credential, value }, binding, decision.findings);
  }
  if (policyId === 'user') await app.locations.ensureUserPolicy();
  try {
    await app.policies.approveOwnChange(
      policyId,
      (approved) => withService(approved, service),
      (written) => app.locations.write(policyId, withService(written, service)),
    );
  } catch (error) {
    if (!(error instanceof PolicyNotWritableError)) throw error;
    await reportFailure(
      l10n.t('The service was not written to {0}.', labelOf(app, policyId)),
      l10n.t('{0} Correct the file, and add the service again.', localized(error.why)),
    );
    return undefined;
  }
  await publishChange(app, ['policies', 'credentials'], {
    action: 'add',
    service: service.name,
    credential: { name: service.name, last4: value.last4 },
  });
  return { credentialId, credential };
}

function labelOf(app: PolicyParts, policyId: string): string {
  return app.policies.get(policyId)?.label ?? policyId;
}

async function reportNotValid(app: PolicyParts, text: string): Promise<undefined> {
  const { problems } = await app.parse(text);
  const problem = problems.find(({ severity }) => severity === 'error');
  return reportNotAdded(
    localized(problem?.message) ?? l10n.t('The service definition is not valid. Run Add Service again.'),
  );
}

async function reportNotAdded(whyAndNext: string): Promise<undefined> {
  await reportFailure(l10n.t('The service was not added.'), whyAndNext);
}
