import type { Service } from '../../../core/policy/model/service.ts';
import type { Phrase } from '../../../core/text/phrase.ts';
import type { FreezeState, GatewayStatus, Remedy, ServiceStatus } from '../../../gateway/control/controlPort.ts';
import { type CredentialId, credentialKey } from '../../credentials/model/credentialId.ts';
import { credentialIds, scopeOf } from '../../credentials/model/credentialSet.ts';
import type { CredentialRecord } from '../../credentials/model/credentialStore.ts';
import type { GatewayHealth } from '../../gateway/model/gatewaySupervisor.ts';
import type { PolicyEntry } from '../../policy/model/policyStore.ts';

/** A service's state as the user sees it: the gateway's word, or why it has none. */
export type ShownStatus = ServiceStatus | 'starting' | 'gateway_down' | 'untrusted' | 'forbidden';

/** One service as the user sees it. */
export interface ServiceSummary {
  readonly name: string;
  readonly status: ShownStatus;
  /** The gateway's reason for a status that is not `ready`. */
  readonly why?: Phrase;
  /** What fixes a `rejected` one, where that is no other credential. */
  readonly remedy?: Remedy;
  /** How many changes of its definition and rules wait for the user. */
  readonly pending: number;
  /**
   * The definition on disk, with the labels, the verifying request and the rotation that the user approved; absent when only
   * the approved version still names the service.
   */
  readonly service?: Service;
  /** The policy file that defines it. */
  readonly policyId: string;
  readonly credentialId: CredentialId;
  readonly credential?: CredentialRecord;
}

/** What the list is made of: everything is as of now, nothing is kept. */
export interface ServiceListInputs {
  readonly entries: readonly PolicyEntry[];
  readonly records: readonly CredentialRecord[];
  readonly freeze: FreezeState;
  /** Whether the workspace is trusted. */
  readonly trusted: boolean;
  readonly health: GatewayHealth['state'];
  /** What the gateway last said; undefined when it was not asked yet. */
  readonly gateway: GatewayStatus | undefined;
}

/** The services of this window in order of the alphabet, each once; the user policy's definition comes first. */
export function serviceList(inputs: ServiceListInputs): readonly ServiceSummary[] {
  const found = new Map<string, ServiceSummary>();
  const inOrder = [...inputs.entries].sort((one, other) => Number(other.id === 'user') - Number(one.id === 'user'));
  for (const entry of inOrder) {
    for (const [name, service] of entry.writtenPolicy?.services ?? []) {
      if (found.has(name)) continue;
      found.set(name, summarise(inputs, entry, name, asApproved(service, entry.approvedPolicy?.services.get(name))));
    }
  }
  return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function summarise(inputs: ServiceListInputs, entry: PolicyEntry, name: string, service: Service): ServiceSummary {
  const credentialId = credentialIds(inputs.entries).get(name) ?? { scope: scopeOf(entry.id), service: name };
  const key = credentialKey(credentialId);
  const credential = inputs.records.find(({ id }) => credentialKey(id) === key);
  const reported = inputs.gateway?.services.find((candidate) => candidate.name === name);
  const inWindow = windowStatus(inputs, name);
  return {
    name,
    // What this window knows at once goes before what the gateway last said.
    status:
      inWindow ?? (reported?.by === 'administrator' ? 'forbidden' : (reported?.status ?? ownStatus(entry, credential))),
    ...(reported?.why === undefined || inWindow !== undefined ? {} : { why: reported.why }),
    ...(reported?.remedy === undefined || inWindow !== undefined ? {} : { remedy: reported.remedy }),
    pending: inputs.entries.flatMap(({ pending }) => pending).filter((one) => one.service === name).length,
    service,
    policyId: entry.id,
    credentialId,
    ...(credential ? { credential } : {}),
  };
}

/** No edit of a file makes another service of one that the user knows, and none has a request sent that nobody reviewed. */
function asApproved(written: Service, approved: Service | undefined): Service {
  if (approved === undefined) return written;
  const { description: _said, environment: _label, verify: _read, rotateEveryDays: _age, ...definition } = written;
  const { description, environment, verify, rotateEveryDays } = approved;
  return {
    ...definition,
    ...(description === undefined ? {} : { description }),
    ...(environment === undefined ? {} : { environment }),
    ...(verify === undefined ? {} : { verify }),
    ...(rotateEveryDays === undefined ? {} : { rotateEveryDays }),
  };
}

/** Whether the command that is to give the credential gave none. */
export function commandFailed({ status, credential }: ServiceSummary): boolean {
  return credential?.state === 'command' && status === 'missing_credential';
}

/** Whether a credential is to be entered: none is stored, or what is to give it gave none. */
export function lacksCredential({ status, credential }: Pick<ServiceSummary, 'status' | 'credential'>): boolean {
  return !isThere(credential) || status === 'missing_credential';
}

/** What concerns a service or a server whatever its policy and credential are like. */
export function windowStatus({ freeze, trusted, health }: ServiceListInputs, name: string): ShownStatus | undefined {
  if (freeze.all || freeze.services.includes(name)) return 'frozen';
  if (!trusted) return 'untrusted';
  if (health === 'down') return 'gateway_down';
  return health === 'starting' ? 'starting' : undefined;
}

/** What can be said before the gateway was asked. */
function ownStatus(entry: PolicyEntry, credential: CredentialRecord | undefined): ServiceStatus {
  if (entry.approval.kind !== 'approved') return 'not_approved';
  if (credential?.state === 'revoked') return 'revoked';
  return isThere(credential) ? 'ready' : 'missing_credential';
}

/** Whether there is a credential, wherever it is kept. */
export function isThere(credential: CredentialRecord | undefined): boolean {
  return credential !== undefined && credential.state !== 'revoked' && credential.state !== 'missing';
}
