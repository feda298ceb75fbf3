import { l10n } from 'vscode';
import { holdsCredential, looksPasted, looksPastedAsPath } from '../../../core/checkup/secrets/pasted.ts';
import { neededNetwork } from '../../../core/net/neededNetwork.ts';
import type { Auth } from '../../../core/policy/auth/authTypes.ts';
import { type AuthTypeWithFields, answerProblem } from '../../../core/policy/edit/authAnswers.ts';
import type { NewRule } from '../../../core/policy/edit/presets.ts';
import { refusedAnswer } from '../../../core/policy/edit/refusedAnswer.ts';
import { describeRestrictions } from '../../../core/policy/model/restrictions.ts';
import { canonicalPath } from '../../../core/request/parts/path.ts';
import { type AccountQuestion, type KnownService, presetsOf } from '../../../core/services/knownService.ts';
import { KNOWN_SERVICES } from '../../../core/services/knownServices.ts';
import type { GatewayPart, PolicyParts, ServiceParts } from '../../app/parts.ts';
import { askCommand } from '../../credentials/commands/askCommand.ts';
import type { EnteredCredential } from '../../credentials/commands/enterCredential.ts';
import { askCredentialOf } from '../../credentials/commands/enterPayload.ts';
import { type AuthField, authDialogs } from '../../ui/authDialogs.ts';
import {
  type Answer,
  askChoice,
  askText,
  type Choice,
  misplacedText,
  type Separator,
  type Step,
  type StepFrame,
  separator,
} from '../../ui/steps.ts';
import { freeName } from '../../util/freeName.ts';
import { localized } from '../../util/localized.ts';
import { shownPath } from '../../util/shownText.ts';
import { presetText } from './presetText.ts';
import { authOf, type ServiceDraft } from './serviceDraft.ts';

/** The questions of Add Service, as the answers so far have them. */
export function addServiceSteps(app: GatewayPart & PolicyParts & ServiceParts, draft: ServiceDraft): readonly Step[] {
  return [askProvider(draft), ...describingSteps(app, draft, [askValue(app, draft)])];
}

/**
 * The same for a credential that is at hand already. `known` is the API that it tells by itself: then only that is asked
 * which has no sensible answer of its own.
 */
export function migrationSteps(
  app: PolicyParts & ServiceParts,
  draft: ServiceDraft,
  known: KnownService | undefined,
): readonly Step[] {
  if (!known) return [askProvider(draft), ...describingSteps(app, draft, [])];
  draft.known = known;
  draft.baseUrl ??= known.baseUrl;
  draft.name ??= freeName(known.id, (name) => isTaken(app, name));
  return ownSteps(draft, known);
}

function describingSteps(
  app: PolicyParts & ServiceParts,
  draft: ServiceDraft,
  value: readonly Step[],
): readonly Step[] {
  const { known } = draft;
  const custom = known ? [] : [askBaseUrl(draft), askAuth(draft), ...fieldSteps(draft)];
  return [
    ...(known ? ownSteps(draft, known) : []),
    askName(app, draft),
    ...custom,
    askEnvironment(draft),
    ...(known ? [] : [askVerifyPath(draft)]),
    ...(draft.authType === 'vscode-session' && !known ? [] : value),
    askPreset(draft),
    ...askFile(app, draft),
  ];
}

/** What differs between the accounts of one provider. */
function ownSteps(draft: ServiceDraft, { ownHosts, username }: KnownService): readonly Step[] {
  return [...(ownHosts ? [askBaseUrl(draft)] : []), ...(username ? [askUsername(draft, username)] : [])];
}

function askProvider(draft: ServiceDraft): Step {
  return async (frame) => {
    const answer = await askChoice<KnownService | undefined>(frame, l10n.t('Which API? Type to search.'), [
      {
        label: l10n.t('Another API…'),
        description: l10n.t('you enter its address and how it accepts the credential'),
        alwaysShow: true,
        value: undefined,
      },
      separator(l10n.t('known')),
      ...KNOWN_SERVICES.map((known) => ({
        label: known.label,
        description: new URL(known.baseUrl).host,
        value: known,
      })),
    ]);
    return kept(answer, (known) => {
      if (draft.known === known && draft.baseUrl !== undefined) return;
      // Answers about another API say nothing about this one.
      for (const key of ['name', 'baseUrl', 'authType', 'authDetail', 'authAnswers', 'verifyPath', 'presetId'] as const)
        delete draft[key];
      draft.known = known;
      if (known) draft.baseUrl = known.baseUrl;
    });
  };
}

function askBaseUrl(draft: ServiceDraft): Step {
  const placeholder = draft.known?.baseUrl.includes('://your-') ? draft.known.baseUrl : undefined;
  return async (frame) =>
    kept(
      await askText(frame, {
        prompt: draft.known
          ? l10n.t('The base URL of your {0}. The credential is sent there and nowhere else.', draft.known.label)
          : l10n.t('The API’s base URL. The credential is sent there and nowhere else.'),
        placeholder: placeholder ?? 'https://api.example.com',
        value: draft.baseUrl === placeholder ? '' : (draft.baseUrl ?? ''),
        problem: (text) => {
          const baseUrl = text.trim();
          const needed = neededNetwork(baseUrl);
          if ('problem' in needed) return localized(needed.problem);
          const { network } = needed;
          return localized(refusedAnswer({ baseUrl, ...(network === 'public' ? {} : { network }) }));
        },
      }),
      (text) => {
        draft.baseUrl = text.trim();
      },
    );
}

function askUsername(draft: ServiceDraft, question: AccountQuestion): Step {
  return async (frame) =>
    kept(
      await askText(frame, {
        ...usernameText(question),
        value: draft.authDetail ?? '',
        misplaced: (text) => !isAccountSid(text) && looksPasted(text),
        problem: (text) =>
          text.trim() === '' ? l10n.t('This API also needs it. Enter a value.') : detailProblem('basic', text),
      }),
      (text) => {
        draft.authDetail = text.trim();
      },
    );
}

function usernameText(question: AccountQuestion): { readonly prompt: string; readonly placeholder: string } {
  switch (question) {
    case 'email':
      return { prompt: l10n.t('The email address of the account'), placeholder: 'you@example.com' };
    case 'account-sid':
      return { prompt: l10n.t('The Account SID, or the SID of an API key'), placeholder: 'AC… / SK…' };
  }
}

/** As random as a credential, and none: https://www.twilio.com/docs/glossary/what-is-a-sid */
function isAccountSid(text: string): boolean {
  return /^(?:AC|SK)[0-9a-f]{32}$/i.test(text.trim());
}

function askName(app: ServiceParts, draft: ServiceDraft): Step {
  return async (frame) =>
    kept(
      await askText(frame, {
        prompt: l10n.t('A short name for the service, as agents will see it'),
        placeholder: l10n.t('stripe, github, internal-wiki …'),
        value: draft.name ?? freeName(draft.known?.id ?? '', (name) => isTaken(app, name)),
        problem: (name) => nameProblem(app, name),
      }),
      (name) => {
        draft.name = name;
      },
    );
}

function askAuth(draft: ServiceDraft): Step {
  return async (frame) => {
    for (;;) {
      const type = await askChoice(frame, l10n.t('How does the API accept the credential?'), authChoices());
      if (type.kind !== 'value') return type.kind;
      if (type.value !== draft.authType) {
        delete draft.authDetail;
        delete draft.authAnswers;
      }
      draft.authType = type.value;
      const { detail: question } = authDialogs()[type.value];
      if (!question) return 'next';
      const detail = await askText(
        { ...frame, back: true },
        {
          prompt: question.prompt,
          value: draft.authDetail ?? question.value,
          problem: (text) => detailProblem(type.value, text),
        },
      );
      if (detail.kind === 'back') continue;
      return kept(detail, (text) => {
        draft.authDetail = text.trim();
      });
    }
  };
}

/** The types whose credential goes along as it is, those that make something of it, and those that store nothing. */
function authChoices(): readonly (Choice<Auth['type']> | Separator)[] {
  const choices = Object.entries(authDialogs()).map(([type, dialog]) => {
    const { label, description, storesNothing = false } = dialog;
    const choice = { label, description, value: type as Auth['type'] };
    return { choice, group: storesNothing ? 'nothing stored' : 'fields' in dialog ? 'made' : 'as it is' };
  });
  const groupOf = (name: string): readonly Choice<Auth['type']>[] =>
    choices.flatMap(({ choice, group }) => (group === name ? [choice] : []));
  return [
    ...groupOf('as it is'),
    separator(l10n.t('made from what you enter')),
    ...groupOf('made'),
    separator(l10n.t('nothing stored')),
    ...groupOf('nothing stored'),
  ];
}

/** One question for each field of the chosen type. */
function fieldSteps(draft: ServiceDraft): readonly Step[] {
  const type = draft.authType;
  if (type === undefined || type === 'bearer' || type === 'basic' || type === 'header' || type === 'query') return [];
  return authDialogs()
    [type].fields(draft.authAnswers ?? {})
    .map((field) => askField(draft, type, field));
}

function askField(draft: ServiceDraft, type: AuthTypeWithFields, field: AuthField): Step {
  const keep = (text: string): void => {
    draft.authAnswers = { ...draft.authAnswers, [field.key]: text };
  };
  return async (frame) => {
    if (field.kind === 'choice') return kept(await askChoice(frame, field.prompt, field.choices), keep);
    const needed = neededNetwork(draft.baseUrl ?? '');
    const network = 'problem' in needed ? 'public' : needed.network;
    const answer = await askText(frame, {
      prompt: field.prompt,
      placeholder: field.placeholder,
      value: draft.authAnswers?.[field.key] ?? '',
      // A client's or key's id is as random as a secret.
      misplaced: holdsCredential,
      problem: (text) => {
        if (text.trim() === '') return field.optional ? undefined : l10n.t('Enter a value.');
        return localized(answerProblem(type, draft.authAnswers ?? {}, field.key, text, network));
      },
    });
    return kept(answer, (text) => keep(text.trim()));
  };
}

function askEnvironment(draft: ServiceDraft): Step {
  return async (frame) =>
    kept(
      await askText(frame, {
        prompt: l10n.t('Environment (optional). Use a separate service and credential for each environment.'),
        placeholder: l10n.t('test, live, staging …'),
        value: draft.environment ?? '',
        problem: (text) =>
          text.trim().length > 64
            ? l10n.t('Use at most 64 characters.')
            : text.trim() === ''
              ? undefined
              : (credentialInPlain(text) ?? localized(refusedAnswer({ environment: text.trim() }))),
      }),
      (text) => {
        draft.environment = text.trim();
      },
    );
}

function askVerifyPath(draft: ServiceDraft): Step {
  return async (frame) =>
    kept(
      await askText(frame, {
        prompt: l10n.t('Path used to test the credential with a GET request (optional)'),
        placeholder: '/v1/me',
        value: draft.verifyPath ?? '',
        misplaced: looksPastedAsPath,
        problem: (text) => {
          if (text.trim() === '') return undefined;
          const path = canonicalPath(text.trim());
          return localized(path.ok ? refusedAnswer({ verifyPath: text.trim() }) : path.error.message);
        },
      }),
      (text) => {
        draft.verifyPath = text.trim();
      },
    );
}

function askValue(app: GatewayPart, draft: ServiceDraft): Step {
  return async (frame) =>
    kept(await askNewCredential(app, frame, draft), (value) => {
      draft.credential = value;
    });
}

/** One value, which the question itself has to name. */
function isPlain({ type }: Auth): boolean {
  return type === 'bearer' || type === 'basic' || type === 'header' || type === 'query';
}

/** Asks for the credential of a service that is about to be added. */
export function askNewCredential(
  app: GatewayPart,
  frame: StepFrame,
  draft: ServiceDraft,
): Promise<Answer<EnteredCredential>> {
  const auth = authOf(draft) ?? { type: 'bearer' };
  return askCredentialOf(frame, auth, {
    prompt: isPlain(auth)
      ? l10n.t('The credential. VS Code keeps it encrypted; agents and files never get it.')
      : l10n.t('VS Code keeps it encrypted; agents and files never get it.'),
    keyPage: draft.known?.keyPage,
    fromFile: true,
    fromCommand: (after) =>
      askCommand(app, after, {
        service: draft.name ?? '',
        auth,
        origin: new URL(draft.baseUrl ?? '').origin,
        replaces: false,
      }),
  });
}

function askPreset(draft: ServiceDraft): Step {
  return async (frame) =>
    kept(
      await askChoice(
        frame,
        l10n.t('What may agents do?'),
        presetsOf(draft.known).map(({ id, rules }) => ({
          ...presetText(id),
          ...(rules.length > 1 ? { detail: rules.map(ruleText).join(' · ') } : {}),
          value: id,
        })),
      ),
      (id) => {
        draft.presetId = id;
      },
    );
}

/** Only asked where there is a choice. */
export function askFile(
  app: PolicyParts & ServiceParts,
  draft: { policyId: string },
  prompt = l10n.t('Which policy file gets the service?'),
): readonly Step[] {
  const files = app.policies.entries().filter(({ id, disk }) => id === 'user' || disk !== 'missing');
  if (files.length < 2) return [];
  return [
    async (frame: StepFrame) =>
      kept(
        await askChoice(
          frame,
          prompt,
          files.map(({ id, label }) => ({ label, description: shownPath(app.locations.uriOf(id).fsPath), value: id })),
        ),
        (id) => {
          draft.policyId = id;
        },
      ),
  ];
}

function kept<T>(answer: Answer<T>, keep: (value: T) => void): 'next' | 'back' | 'cancel' {
  if (answer.kind === 'back' || answer.kind === 'cancel') return answer.kind;
  keep(answer.value);
  return 'next';
}

/** As the modal at the end has it, see `describeRule`. */
function ruleText(rule: NewRule): string {
  if (rule.effect === 'deny') return `deny ${rule.path}`;
  const { path, methods, graphql, approval } = rule;
  const restrictions = graphql && describeRestrictions({ graphql });
  const rest = `${approval === undefined ? '' : 'ask '}${methods.join(', ')} ${path}`;
  return restrictions === undefined ? rest : `${rest} (${localized(restrictions)})`;
}

/** Services and upstream MCP servers share one name space. */
export function isTaken(app: ServiceParts, name: string): boolean {
  return [...app.services.list, ...app.services.servers].some((one) => one.name === name);
}

/** Why a new service or server cannot have this name; undefined when it can. */
export function nameProblem(app: ServiceParts, name: string): string | undefined {
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(name)) {
    return l10n.t('Start with a lower-case letter; then lower-case letters, digits and dashes, 63 at most.');
  }
  if (isTaken(app, name)) {
    return l10n.t('“{0}” already exists. Choose another name, or rotate its credential instead.', name);
  }
  return credentialInPlain(name) ?? localized(refusedAnswer({ name }));
}

/** A policy file names no credential, not even by mistake. */
function credentialInPlain(text: string): string | undefined {
  return holdsCredential(text) ? misplacedText() : undefined;
}

/** Why the one answer beside a credential that goes along as it is cannot be written to a policy. */
function detailProblem(type: Auth['type'], text: string): string | undefined {
  const detail = text.trim();
  switch (type) {
    case 'basic':
      if (detail.includes(':')) return l10n.t('A user name cannot contain a colon.');
      return detail === '' ? undefined : localized(refusedAnswer({ auth: { type, username: detail } }));
    case 'header':
    case 'query':
      if (!/^[A-Za-z0-9_.[\]-]+$/.test(detail)) return l10n.t('Letters, digits, “-”, “_” and “.” only.');
      return credentialInPlain(detail) ?? localized(refusedAnswer({ auth: { type, name: detail } }));
    default:
      return undefined;
  }
}
