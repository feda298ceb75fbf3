import { l10n } from 'vscode';
import { neededNetwork } from '../../../core/net/neededNetwork.ts';
import { type Duplicate, withDuplicate } from '../../../core/policy/edit/duplicateEntry.ts';
import type { Service } from '../../../core/policy/model/service.ts';
import { PolicyNotWritableError } from '../../../core/policy/text/insertion.ts';
import { isProduction } from '../../../core/services/production.ts';
import type { App } from '../../app/app.ts';
import type { ServiceParts } from '../../app/parts.ts';
import { rotateCredential } from '../../credentials/commands/rotateCredential.ts';
import { publishChange } from '../../gateway/commands/publishChange.ts';
import { showPolicy } from '../../policy/commands/openPolicyFile.ts';
import { confirmInModal, reportFailure } from '../../ui/confirm.ts';
import { showDifference } from '../../ui/difference.ts';
import { askText, runSteps, type Step } from '../../ui/steps.ts';
import { localized } from '../../util/localized.ts';
import { nameProblem } from './addServiceQuestions.ts';
import { duplicateSummary } from './duplicateSummary.ts';
import { pickService } from './pickService.ts';

type Draft = { -readonly [Key in keyof Duplicate]: Duplicate[Key] };

/**
 * Makes of a service a second one for another environment, with stricter rules and limits and a credential of its own. The
 * difference is shown, one modal says what it comes to, and then the credential is asked for: without it, nothing is open.
 */
export async function duplicateService(app: App, argument: unknown): Promise<void> {
  const title = l10n.t('Duplicate for Another Environment');
  const summary = await pickService(app, argument, title, ({ service }) => service !== undefined);
  if (!summary?.service) return;
  const { name: from, service, policyId } = summary;
  const entry = app.policies.get(policyId);
  const label = entry?.label ?? policyId;
  if (app.locations.isDirty(policyId) || entry?.disk !== 'valid') {
    return reportNotDuplicated(
      l10n.t('{0} has unsaved changes, has errors or is missing. Fix that, and try again.', label),
    );
  }
  if (summary.pending > 0) {
    return reportNotDuplicated(l10n.t('“{0}” has changes that are not approved. Review them, and try again.', from));
  }
  const draft: Draft = { from, name: '', environment: '', baseUrl: service.baseUrl.text };
  if (!(await runSteps(title, () => duplicateSteps(app, service, draft)))) return;
  const { name } = draft;
  const before = entry.written ?? '';
  let after: string;
  try {
    after = withDuplicate(before, draft);
  } catch (error) {
    if (!(error instanceof PolicyNotWritableError)) throw error;
    return reportNotDuplicated(localized(error.why));
  }
  const { policy, problems } = await app.parse(after);
  const copy = policy?.services.get(name);
  if (!copy) {
    const problem = problems.find(({ severity }) => severity === 'error');
    return reportNotDuplicated(localized(problem?.message) ?? l10n.t('The service definition is not valid.'));
  }
  const close = await showDifference(app.texts, label, before, after);
  const agreed = await confirmInModal({
    warning: isProduction(copy.environment),
    message: l10n.t('Add “{0}” for {1}, next to “{2}”?', name, copy.environment ?? '', from),
    detail: duplicateSummary(copy, label),
    action: l10n.t('Add Service'),
  });
  await close();
  if (!agreed) return;
  try {
    await app.policies.approveOwnChange(
      policyId,
      (approved) => withDuplicate(approved ?? '', draft),
      (written) => app.locations.write(policyId, withDuplicate(written ?? '', draft)),
    );
  } catch (error) {
    if (!(error instanceof PolicyNotWritableError)) throw error;
    return reportNotDuplicated(localized(error.why));
  }
  await publishChange(app, ['policies'], { action: 'add', service: name, subject: `copy of ${from}` });
  await showPolicy(app, policyId, app.policies.get(policyId)?.writtenPolicy?.services.get(name)?.line);
  // One service is one environment is one credential.
  await rotateCredential(app, name);
}

function duplicateSteps(app: ServiceParts, service: Service, draft: Draft): readonly Step[] {
  const proposed = isProduction(service.environment) ? 'test' : 'live';
  return [
    text(
      l10n.t('The other environment'),
      () => draft.environment || proposed,
      (typed) => {
        if (typed === '') return l10n.t('Enter a value.');
        if (typed.length > 64) return l10n.t('Use at most 64 characters.');
        return typed === service.environment
          ? l10n.t('This is the environment of “{0}” itself.', service.name)
          : undefined;
      },
      (typed) => {
        draft.environment = typed;
      },
    ),
    text(
      l10n.t('A short name for the service, as agents will see it'),
      () => draft.name || proposedName(service, draft.environment),
      (typed) => nameProblem(app, typed),
      (typed) => {
        draft.name = typed;
      },
    ),
    text(
      l10n.t('The base URL in this environment. The credential is sent there and nowhere else.'),
      () => draft.baseUrl,
      (typed) => {
        const needed = neededNetwork(typed);
        if ('problem' in needed) return localized(needed.problem);
        return needed.network === service.network
          ? undefined
          : l10n.t('“{0}” is on a different network. Add a separate service for it.', service.name);
      },
      (typed) => {
        draft.baseUrl = typed;
      },
    ),
  ];
}

function text(
  prompt: string,
  value: () => string,
  problem: (typed: string) => string | undefined,
  keep: (typed: string) => void,
): Step {
  return async (frame) => {
    const answer = await askText(frame, { prompt, value: value(), problem: (typed) => problem(typed.trim()) });
    if (answer.kind !== 'value') return answer.kind;
    keep(answer.value.trim());
    return 'next';
  };
}

/** `stripe-live` of `stripe`, and of `stripe-test` as well. */
function proposedName({ name, environment }: Service, wanted: string): string {
  const suffix = (label: string): string =>
    `-${label
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')}`;
  const own = environment === undefined ? '' : suffix(environment);
  const base = own !== '' && name.endsWith(own) ? name.slice(0, -own.length) : name;
  return `${base}${suffix(wanted)}`.slice(0, 63);
}

function reportNotDuplicated(why: string): Promise<void> {
  return reportFailure(l10n.t('The service was not duplicated.'), why);
}
