import { credentialsOf, type ServerCredential } from '../../../core/policy/compare/serverDestination.ts';
import type { Server } from '../../../core/policy/model/server.ts';
import type { Phrase } from '../../../core/text/phrase.ts';
import type { Binding, ServerState } from '../../../gateway/control/controlPort.ts';
import { sameBinding } from '../../credentials/model/binding.ts';
import { type CredentialId, credentialKey } from '../../credentials/model/credentialId.ts';
import { scopeOf } from '../../credentials/model/credentialSet.ts';
import type { CredentialRecord } from '../../credentials/model/credentialStore.ts';
import type { PolicyEntry } from '../../policy/model/policyStore.ts';
import { type ServiceListInputs, type ShownStatus, windowStatus } from './serviceList.ts';

/** One credential that a server's policy names, and what is stored for it. */
export interface ServerNeed {
  readonly credentialId: CredentialId;
  /** What it is to be entered for. */
  readonly binding: Binding;
  readonly credential?: CredentialRecord;
}

/** One upstream MCP server as the user sees it. */
export interface ServerSummary {
  readonly name: string;
  readonly status: ShownStatus;
  /** The gateway's reason for a status that is not `ready`. */
  readonly why?: Phrase;
  /** How many changes of its definition wait for the user. */
  readonly pending: number;
  readonly server: Server;
  /** The policy file that defines it. */
  readonly policyId: string;
  readonly running: boolean;
  /** Why a server that is `ready` could not be started, or did not list its tools, when an agent last needed it. */
  readonly failure?: Phrase;
  readonly tools: ServerState['tools'];
  readonly needs: readonly ServerNeed[];
}

const NO_TOOLS = { offered: 0, usable: 0, waiting: 0 };

/** The upstream MCP servers of this window in order of the alphabet, each once; the user policy's definition comes first. */
export function serverList(inputs: ServiceListInputs): readonly ServerSummary[] {
  const found = new Map<string, ServerSummary>();
  const inOrder = [...inputs.entries].sort((one, other) => Number(other.id === 'user') - Number(one.id === 'user'));
  for (const entry of inOrder) {
    for (const [name, server] of entry.writtenPolicy?.servers ?? []) {
      if (!found.has(name)) found.set(name, summarise(inputs, entry, server));
    }
  }
  return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The credentials of a server that are not stored. A revoked one was removed on purpose, and is not asked for. */
export function missingNeeds({ needs }: ServerSummary): readonly ServerNeed[] {
  return needs.filter(({ credential }) => credential === undefined || credential.state === 'missing');
}

/** A credential of a server that was entered for another command line or URL than the file now says. */
export function unconfirmedNeed({ needs }: ServerSummary): (ServerNeed & { readonly bound: Binding }) | undefined {
  for (const need of needs) {
    const { credential, binding } = need;
    if (credential?.state === 'present' && !sameBinding(credential.binding, binding)) {
      return { ...need, bound: credential.binding };
    }
  }
  return undefined;
}

function summarise(inputs: ServiceListInputs, entry: PolicyEntry, server: Server): ServerSummary {
  const { name } = server;
  const reported = inputs.gateway?.servers.find((candidate) => candidate.name === name);
  const inWindow = windowStatus(inputs, name);
  const needs = credentialsOf(server).map((one) => needOf(inputs, entry.id, one));
  return {
    name,
    // What this window knows at once goes before what the gateway last said.
    status:
      inWindow ?? (reported?.by === 'administrator' ? 'forbidden' : (reported?.status ?? ownStatus(entry, needs))),
    ...(reported?.why === undefined || inWindow !== undefined ? {} : { why: reported.why }),
    pending: inputs.entries.flatMap(({ pending }) => pending).filter((one) => one.service === name).length,
    server,
    policyId: entry.id,
    running: reported?.running ?? false,
    ...(reported?.status === 'ready' && inWindow === undefined && reported.failure !== undefined
      ? { failure: reported.failure }
      : {}),
    tools: reported?.tools ?? NO_TOOLS,
    needs,
  };
}

function needOf(
  { records }: ServiceListInputs,
  policyId: string,
  { credential: name, ...binding }: ServerCredential,
): ServerNeed {
  const credentialId = { scope: scopeOf(policyId), service: name };
  const key = credentialKey(credentialId);
  const credential = records.find(({ id }) => credentialKey(id) === key);
  return { credentialId, binding, ...(credential ? { credential } : {}) };
}

/** What can be said before the gateway was asked. */
function ownStatus(entry: PolicyEntry, needs: readonly ServerNeed[]): ShownStatus {
  if (entry.approval.kind !== 'approved') return 'not_approved';
  if (needs.some(({ credential }) => credential?.state === 'revoked')) return 'revoked';
  return needs.every(({ credential }) => credential?.state === 'present') ? 'ready' : 'missing_credential';
}
