import { l10n } from 'vscode';
import type { App } from '../app.ts';
import type { CredentialId } from '../credentials/credentialId.ts';
import type { CredentialRecord } from '../credentials/credentialStore.ts';
import { askChoice, single } from '../ui/steps.ts';
import type { ServerNeed, ServerSummary } from '../views/services/serverList.ts';
import { nameOfNode } from '../views/services/serverNode.ts';
import type { ServiceSummary } from '../views/services/serviceList.ts';
import { statusText } from '../views/services/statusPresentation.ts';

/** A credential that a policy names: a service's, which has its name, or one of a wrapped server. */
export interface NamedCredential {
  readonly name: string;
  readonly credentialId: CredentialId;
  readonly credential?: CredentialRecord;
  /** What it is for. */
  readonly of:
    | { readonly kind: 'service'; readonly summary: ServiceSummary }
    | { readonly kind: 'server'; readonly summary: ServerSummary; readonly need: ServerNeed };
}

/** Every credential that the policies of this window name. */
export function namedCredentials(app: Pick<App, 'services'>): readonly NamedCredential[] {
  return [
    ...app.services.list.map(
      (summary): NamedCredential => ({
        name: summary.name,
        credentialId: summary.credentialId,
        ...(summary.credential ? { credential: summary.credential } : {}),
        of: { kind: 'service', summary },
      }),
    ),
    ...app.services.servers.flatMap((summary) =>
      summary.needs.map(
        (need): NamedCredential => ({
          name: need.credentialId.service,
          credentialId: need.credentialId,
          ...(need.credential ? { credential: need.credential } : {}),
          of: { kind: 'server', summary, need },
        }),
      ),
    ),
  ];
}

/**
 * The credential that a command is about: the one of the tree item that it was started from, else the one that the person
 * picks. Undefined when there is none.
 */
export async function pickCredential(
  app: App,
  argument: unknown,
  title: string,
  suits: (credential: NamedCredential) => boolean,
): Promise<NamedCredential | undefined> {
  const started = nameOfNode(argument);
  const candidates = namedCredentials(app).filter(suits);
  const named = candidates.find(
    ({ name, of }) => name === started && (of.kind === 'service' || of.summary.name !== started),
  );
  const ofStarted = named ? [named] : candidates.filter(({ of }) => of.summary.name === started);
  const [only] = ofStarted;
  if (only && ofStarted.length === 1) return only;
  const offered = ofStarted.length > 0 ? ofStarted : candidates;
  const answer = await askChoice(
    single(title),
    offered.length === 0
      ? l10n.t('No service suits this')
      : ofStarted.length > 0
        ? l10n.t('Which credential?')
        : l10n.t('Which service?'),
    offered.map((one) => ({
      label: one.name,
      description: statusText(one.of.summary.status),
      detail:
        one.of.kind === 'service'
          ? (one.of.summary.service?.baseUrl.text ?? '')
          : l10n.t('MCP server {0}: {1}', one.of.summary.name, one.of.need.binding.origin),
      value: one,
    })),
  );
  return answer.kind === 'value' ? answer.value : undefined;
}
