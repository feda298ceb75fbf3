import { l10n } from 'vscode';
import type { Auth } from '../../core/policy/model.ts';
import type { Secret } from '../../core/secret.ts';
import type { App } from '../app.ts';
import { neededNetwork } from '../policy/neededNetwork.ts';
import type { NewService } from '../policy/policyWriter.ts';
import { PRESETS, type PresetId } from '../policy/presets.ts';
import { askCredential } from '../ui/credentialBox.ts';
import { type Answer, askChoice, askText, type Step, type StepFrame } from '../ui/steps.ts';

/** The answers so far. */
export interface ServiceDraft {
  name?: string;
  baseUrl?: string;
  authType?: Auth['type'];
  /** The header's or parameter's name, or Basic's user name. */
  authDetail?: string;
  environment?: string;
  credential?: Secret;
  presetId: PresetId;
  policyId: string;
}

/** The questions of Add Service. */
export function addServiceSteps(app: App, draft: ServiceDraft): readonly Step[] {
  const files = app.policies.entries().filter(({ id, disk }) => id === 'user' || disk !== 'missing');
  return [
    async (frame) =>
      kept(
        await askText(frame, {
          prompt: l10n.t('A short name for the service, as agents will see it'),
          placeholder: l10n.t('stripe, github, internal-wiki …'),
          value: draft.name ?? '',
          problem: (name) => nameProblem(app, name),
        }),
        (name) => {
          draft.name = name;
        },
      ),
    async (frame) =>
      kept(
        await askText(frame, {
          prompt: l10n.t('The API’s base URL. The credential is sent there and nowhere else.'),
          placeholder: 'https://api.example.com',
          value: draft.baseUrl ?? '',
          problem: (text) => {
            const needed = neededNetwork(text.trim());
            return 'problem' in needed ? needed.problem : undefined;
          },
        }),
        (text) => {
          draft.baseUrl = text.trim();
        },
      ),
    async (frame) => {
      for (;;) {
        const type = await askAuthType(frame);
        if (type.kind !== 'value') return type.kind;
        if (type.value !== draft.authType) delete draft.authDetail;
        draft.authType = type.value;
        const question = authDetailQuestion(type.value);
        if (!question) return 'next';
        const detail = await askText(
          { ...frame, back: true },
          { ...question, value: draft.authDetail ?? question.value },
        );
        if (detail.kind === 'back') continue;
        return kept(detail, (text) => {
          draft.authDetail = text.trim();
        });
      }
    },
    async (frame) =>
      kept(
        await askText(frame, {
          prompt: l10n.t('Environment (may stay empty): one service is one environment is one credential'),
          placeholder: l10n.t('test, live, staging …'),
          value: draft.environment ?? '',
          problem: () => undefined,
        }),
        (text) => {
          draft.environment = text.trim();
        },
      ),
    async (frame) =>
      kept(
        await askCredential(frame, {
          prompt: l10n.t('The credential. VS Code keeps it encrypted; agents and files never get it.'),
        }),
        (value) => {
          draft.credential = value;
        },
      ),
    async (frame) =>
      kept(
        await askChoice(
          frame,
          l10n.t('What may agents do?'),
          PRESETS.map(({ id }) => ({ ...presetText(id), value: id })),
        ),
        (id) => {
          draft.presetId = id;
        },
      ),
    ...(files.length < 2
      ? []
      : [
          async (frame: StepFrame) =>
            kept(
              await askChoice(
                frame,
                l10n.t('Which policy file gets the service?'),
                files.map(({ id, label }) => ({ label, description: app.locations.uriOf(id).fsPath, value: id })),
              ),
              (id) => {
                draft.policyId = id;
              },
            ),
        ]),
  ];
}

/** The service that the answers describe; undefined while answers are missing. */
export function serviceOf(draft: ServiceDraft): NewService | undefined {
  const { name, baseUrl, authType, authDetail, environment } = draft;
  if (name === undefined || baseUrl === undefined || authType === undefined) return undefined;
  const needed = neededNetwork(baseUrl);
  if ('problem' in needed) return undefined;
  const { network } = needed;
  return {
    name,
    baseUrl,
    ...(network === 'public' ? {} : { network }),
    ...(environment ? { environment } : {}),
    auth: authOf(authType, authDetail ?? ''),
    rules: PRESETS.find(({ id }) => id === draft.presetId)?.rules ?? [],
  };
}

function askAuthType(frame: StepFrame): Promise<Answer<Auth['type']>> {
  return askChoice<Auth['type']>(frame, l10n.t('How does the API take the credential?'), [
    { label: l10n.t('Bearer token'), description: 'Authorization: Bearer …', value: 'bearer' },
    { label: l10n.t('Header'), description: 'X-Api-Key: …', value: 'header' },
    { label: l10n.t('Basic'), description: 'Authorization: Basic …', value: 'basic' },
    { label: l10n.t('Query parameter'), description: '?api_key=…', value: 'query' },
  ]);
}

function kept<T>(answer: Answer<T>, keep: (value: T) => void): 'next' | 'back' | 'cancel' {
  if (answer.kind === 'back' || answer.kind === 'cancel') return answer.kind;
  keep(answer.value);
  return 'next';
}

function nameProblem(app: App, name: string): string | undefined {
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(name)) {
    return l10n.t('Start with a lower-case letter; then lower-case letters, digits and dashes, 63 at most.');
  }
  if (app.services.list.some((service) => service.name === name)) {
    return l10n.t('There is a service “{0}” already. Rotate its credential, or take another name.', name);
  }
  return undefined;
}

function authDetailQuestion(
  type: Auth['type'],
): { readonly prompt: string; readonly value: string; problem(text: string): string | undefined } | undefined {
  const token = (text: string): string | undefined =>
    /^[A-Za-z0-9_.[\]-]+$/.test(text.trim()) ? undefined : l10n.t('Letters, digits, “-”, “_” and “.” only.');
  switch (type) {
    case 'bearer':
      return undefined;
    case 'header':
      return { prompt: l10n.t('The header’s name'), value: 'X-Api-Key', problem: token };
    case 'query':
      return { prompt: l10n.t('The query parameter’s name'), value: 'api_key', problem: token };
    case 'basic':
      return {
        prompt: l10n.t('The user name (stays empty when the credential is the user name, or “user:password”)'),
        value: '',
        problem: (text) => (text.includes(':') ? l10n.t('A user name holds no colon.') : undefined),
      };
  }
}

function authOf(type: Auth['type'], detail: string): Auth {
  switch (type) {
    case 'bearer':
      return { type };
    case 'basic':
      return detail === '' ? { type } : { type, username: detail };
    case 'header':
    case 'query':
      return { type, name: detail };
  }
}

function presetText(id: PresetId): { readonly label: string; readonly description: string } {
  switch (id) {
    case 'read-only':
      return { label: l10n.t('Read only'), description: l10n.t('GET and HEAD on every path') };
    case 'read-and-write':
      return { label: l10n.t('Read and write'), description: l10n.t('every method on every path') };
    case 'nothing':
      return { label: l10n.t('Nothing yet'), description: l10n.t('you write the rules yourself') };
  }
}
