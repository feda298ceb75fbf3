import { l10n } from 'vscode';
import type { App } from '../../app/app.ts';
import type { ServerNeed, ServerSummary } from '../../services/model/serverList.ts';
import type { ServiceSummary } from '../../services/model/serviceList.ts';
import { nameOfNode } from '../../services/views/serverNode.ts';
import { statusText } from '../../services/views/statusPresentation.ts';
import { askChoice, single } from '../../ui/steps.ts';
import type { CredentialId } from '../model/credentialId.ts';
import type { CredentialRecord } from '../model/credentialStore.ts';
import { leftOver } from '../model/leftOver.ts';

/** A credential that a policy names: a service's, which has its name, or one of an upstream MCP server. */
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

/** A stored credential that no policy of this window names: only good for being revoked here. */
export interface UnnamedCredential {
  readonly name: string;
  readonly credentialId: CredentialId;
  readonly credential: CredentialRecord;
  readonly of: { readonly kind: 'nobody' };
}

/** The stored credentials that are left over: of services that left their policy, and of other workspaces' policies. */
export function unnamedCredentials(app: Pick<App, 'services' | 'credentials'>): readonly UnnamedCredential[] {
  return leftOver(app.credentials.all(), namedCredentials(app)).map((credential) => ({
    name: credential.id.service,
    credentialId: credential.id,
    credential,
    of: { kind: 'nobody' },
  }));
}

/**
 * The credential that a command is about: of `candidates` the one of the tree item that it was started from, else the one
 * that the user picks. Undefined when there is none.
 */
export async function pickCredential<Candidate extends NamedCredential | UnnamedCredential>(
  argument: unknown,
  title: string,
  candidates: readonly Candidate[],
): Promise<Candidate | undefined> {
  const started = nameOfNode(argument);
  const ownerOf = ({ of }: Candidate): string | undefined => (of.kind === 'nobody' ? undefined : of.summary.name);
  const named = candidates.find(
    (one) =>
      one.name === started && one.of.kind !== 'nobody' && (one.of.kind === 'service' || ownerOf(one) !== started),
  );
  const ofStarted = named ? [named] : candidates.filter((one) => started !== undefined && ownerOf(one) === started);
  const [only] = ofStarted;
  if (only && ofStarted.length === 1) return only;
  const offered = ofStarted.length > 0 ? ofStarted : candidates;
  const answer = await askChoice(
    single(title),
    offered.length === 0
      ? l10n.t('No matching services')
      : ofStarted.length > 0
        ? l10n.t('Which credential?')
        : l10n.t('Which service?'),
    offered.map((one) => ({ label: one.name, ...textOf(one), value: one })),
  );
  return answer.kind === 'value' ? answer.value : undefined;
}

function textOf(one: NamedCredential | UnnamedCredential): { readonly description: string; readonly detail: string } {
  switch (one.of.kind) {
    case 'service':
      return { description: statusText(one.of.summary.status), detail: one.of.summary.service?.baseUrl.text ?? '' };
    case 'server':
      return {
        description: statusText(one.of.summary.status),
        detail: l10n.t('MCP server {0}: {1}', one.of.summary.name, one.of.need.binding.origin),
      };
    case 'nobody':
      return {
        description:
          one.credentialId.scope === 'user'
            ? l10n.t('not used by any policy')
            : l10n.t('of a workspace; not used by any policy of this window'),
        detail: one.credential && 'binding' in one.credential ? one.credential.binding.origin : '',
      };
  }
}
