import { isDeepStrictEqual } from 'node:util';
import type { Service, VerifyRequest } from '../../core/policy/model/service.ts';
import type { Secret } from '../../core/secret.ts';
import { type Phrase, phrase } from '../../core/text/phrase.ts';
import type { Caller } from '../call/model/callContext.ts';
import { refusals } from '../call/model/refusals.ts';
import type {
  Candidate,
  CredentialSet,
  FreezeState,
  PolicyFile,
  Remedy,
  ServiceStatus,
} from '../control/controlPort.ts';
import { Vault, type VaultLookup } from '../credentials/vault.ts';
import { PolicySet, type ServiceInForce } from '../policies/policySet.ts';
import { type ParsePolicy, PolicyTexts } from '../policies/policyTexts.ts';
import { ServerSet } from '../policies/serverSet.ts';

/** How long before its end a credential counts as expiring: seven days. */
const EXPIRING_MS = 7 * 24 * 60 * 60 * 1000;

/** Whose value is wanted: the stored one's by default. The user may try one that has expired. */
interface CredentialWanted {
  readonly candidate?: Candidate | undefined;
  readonly evenExpired?: boolean;
}

export interface StatusOfService {
  readonly status: ServiceStatus;
  readonly why?: Phrase;
  /** Only of `rejected`. */
  readonly remedy?: Remedy;
  /** Who could change it, when that is not the user in VS Code. */
  readonly by?: 'administrator';
}

/**
 * Everything that a call is judged by: policies, trust, freeze and credentials. The host replaces parts of it; the
 * pipeline asks. What is not in force is thrown as a refusal that says why.
 */
export class GatewayState {
  readonly vault: Vault;
  readonly #now: () => number;
  readonly #turn: () => Promise<void>;
  #files: readonly PolicyFile[] = [];
  #policies = { window: PolicySet.EMPTY, user: PolicySet.EMPTY };
  #filesInForce: readonly PolicyFile[] = [];
  #servers = { window: ServerSet.EMPTY, user: ServerSet.EMPTY };
  #policyTurn = 0;
  #informed = false;
  readonly #texts: PolicyTexts;
  /** Files that are being read for longer than they should: until they are, nobody knows what they forbid. */
  #reading: readonly string[] = [];
  /** Files that could not be read at last. */
  #unread: readonly string[] = [];
  #freeze: FreezeState = { all: false, services: [] };
  #trusted = true;
  #version = 0;
  #policyVersion = 0;

  /** `turn` is waited for between steps of work that may be many. */
  constructor(now: () => number, texts = new PolicyTexts(), turn: () => Promise<void> = async () => undefined) {
    this.#now = now;
    this.#turn = turn;
    this.#texts = texts;
    this.vault = new Vault(now);
  }

  /** Grows with every change of policy, trust or credential: what was decided before is decided again. */
  get version(): number {
    return this.#version;
  }

  /** Grows with every change of what the policies say: ten minutes that the user gave end with it. */
  get policyVersion(): number {
    return this.#policyVersion;
  }

  /**
   * A text that `parse` cannot give in time is tried again; every call is refused meanwhile. In the end it grants nothing. Of
   * two calls at once the later one counts.
   */
  async setPolicies(files: readonly PolicyFile[], parse: ParsePolicy): Promise<void> {
    const turn = ++this.#policyTurn;
    this.#files = files;
    const superseded = (): boolean => turn !== this.#policyTurn;
    const read = await this.#texts.read(files, parse, superseded, (labels) => {
      this.#reading = labels;
      this.#version++;
    });
    if (!read) return;
    const policies = await PolicySet.from(files, read.documentOf, this.#turn);
    const servers = await ServerSet.from(files, read.documentOf);
    if (superseded()) return;
    this.#reading = [];
    this.#unread = read.unread;
    this.#policies = { window: policies, user: policies.withoutWorkspaces() };
    this.#servers = { window: servers, user: servers.withoutWorkspaces() };
    this.#informed = true;
    this.#version++;
    // The host repeats itself; only other texts are another version.
    if (!isDeepStrictEqual(files, this.#filesInForce)) this.#policyVersion++;
    this.#filesInForce = files;
  }

  /** A gateway that does not know its policies yet, or only half of them, would call services unknown, or allow too much. */
  refuseUntilInformed(service?: string): void {
    if (this.#reading.length > 0) throw refusals.policyBeingRead(this.#reading, service);
    if (!this.#informed) throw refusals.gatewayStarting(service);
  }

  /** What is unknown may stand in a file that could not be read. */
  refuseIfUnread(service?: string): void {
    if (this.#unread.length > 0) throw refusals.policyUnread(this.#unread, service);
  }

  /** Returns the services whose credential is gone with this set. */
  setCredentials(set: CredentialSet): readonly string[] {
    const removed = this.vault.removedBy(set);
    this.vault.replace(set);
    this.#version++;
    return removed;
  }

  setFreeze(state: FreezeState): void {
    this.#freeze = state;
  }

  setTrusted(trusted: boolean): void {
    this.#trusted = trusted;
    this.#version++;
  }

  get trusted(): boolean {
    return this.#trusted;
  }

  servers(scope: Caller['scope']): ServerSet {
    return this.#servers[scope];
  }

  policies(scope: Caller['scope']): PolicySet {
    return this.#policies[scope];
  }

  /** The service as it is in force for this caller. Throws a refusal when it is not. */
  find(name: string, scope: Caller['scope']): ServiceInForce {
    this.refuseUntilInformed(name);
    return this.#findIn(this.#policies[scope], name);
  }

  /** The service as it would be in force if this text were approved beside the other files. Throws as {@link find} does. */
  async findProposed(name: string, text: string, parse: ParsePolicy): Promise<ServiceInForce> {
    const file: PolicyFile = { id: 'proposed', label: 'the new service', approved: text, written: text, grants: true };
    return this.#findIn(await PolicySet.from([...this.#files, file], parse, this.#turn), name);
  }

  /** The verifying request that the approved policy names, if the service is in force and names one. */
  ownVerification(name: string): VerifyRequest | undefined {
    const lookup = this.#policies.window.find(name);
    return lookup.found === 'in_force' ? lookup.inForce.service.verify : undefined;
  }

  #findIn(policies: PolicySet, name: string): ServiceInForce {
    if (!this.#trusted) throw refusals.untrustedWorkspace(name);
    const lookup = policies.find(name);
    if (lookup.found === 'unknown') {
      this.refuseIfUnread(name);
      throw refusals.unknownService(name, policies.serviceNames);
    }
    if (lookup.found === 'not_approved') {
      const elsewhere = this.#boundElsewhere(name, lookup.proposed);
      if (elsewhere !== undefined) throw refusals.originNotConfirmed(name, elsewhere);
      throw lookup.by === 'administrator'
        ? refusals.forbiddenByAdministrator(name, lookup.why)
        : refusals.policyNotApproved(name, lookup.why);
    }
    return lookup.inForce;
  }

  /**
   * Why the credential may not go where an edited file says. It comes before the missing approval, because no review
   * makes up for it: the user types the credential again.
   */
  #boundElsewhere(name: string, proposed: Service | undefined): Phrase | undefined {
    if (proposed === undefined) return undefined;
    const found = this.vault.find(name, proposed.baseUrl, proposed.auth);
    return found.found === 'bound_elsewhere' ? found.what : undefined;
  }

  get allFrozen(): boolean {
    return this.#freeze.all;
  }

  isFrozen(service: string): boolean {
    return this.#freeze.all || this.#freeze.services.includes(service);
  }

  refuseIfFrozen(service: string): void {
    if (this.isFrozen(service)) throw refusals.frozen(service, this.#freeze.all, 'no');
  }

  /** Throws a refusal where there is no credential, and no command that could give one for this destination. */
  requireCredential(inForce: ServiceInForce): void {
    const { name, baseUrl, auth } = inForce.service;
    if (this.vault.find(name, baseUrl, auth).found !== 'by_command') this.credential(inForce);
  }

  /** The last characters of the value that would be sent; none of one that a command has yet to give. Throws as {@link requireCredential}. */
  lastCharacters(inForce: ServiceInForce): string {
    const { name, baseUrl, auth } = inForce.service;
    return this.vault.find(name, baseUrl, auth).found === 'by_command' ? '' : this.credential(inForce).last4;
  }

  /** The value for exactly the destination that the policy names. Throws a refusal when there is none. */
  credential({ service }: ServiceInForce, { candidate, evenExpired = false }: CredentialWanted = {}): Secret {
    const lookup = this.vault.find(service.name, service.baseUrl, service.auth, candidate);
    switch (lookup.found) {
      case 'credential':
        if (!evenExpired && lookup.expiresAt !== undefined && lookup.expiresAt <= this.#now()) {
          throw refusals.credentialExpired(service.name, phrase`it expired on ${dateText(lookup.expiresAt)}`);
        }
        return lookup.value;
      case 'missing':
        throw refusals.missingCredential(service.name);
      case 'by_command':
        throw refusals.commandFailed(service.name, lookup.failure ?? phrase`it has not run yet`);
      case 'revoked':
        throw refusals.revoked(service.name, 'no');
      case 'bound_elsewhere':
        throw refusals.originNotConfirmed(service.name, lookup.what);
    }
  }

  status(name: string, scope: Caller['scope']): StatusOfService {
    if (this.isFrozen(name)) return { status: 'frozen' };
    if (!this.#trusted) return { status: 'not_approved', why: phrase`the workspace is not trusted` };
    const lookup = this.#policies[scope].find(name);
    if (lookup.found === 'unknown') return { status: 'not_approved' };
    if (lookup.found === 'not_approved') {
      const elsewhere = this.#boundElsewhere(name, lookup.proposed);
      return elsewhere === undefined
        ? {
            status: 'not_approved',
            why: lookup.why,
            ...(lookup.by === 'administrator' ? { by: lookup.by } : {}),
          }
        : { status: 'not_confirmed', why: elsewhere };
    }
    const { service } = lookup.inForce;
    const credential = this.vault.find(name, service.baseUrl, service.auth);
    switch (credential.found) {
      case 'credential':
        return this.#statusOf(credential);
      case 'missing':
        return { status: 'missing_credential' };
      case 'by_command':
        return credential.failure === undefined
          ? { status: 'ready' }
          : { status: 'missing_credential', why: phrase`its command failed: ${credential.failure}` };
      case 'revoked':
        return { status: 'revoked' };
      case 'bound_elsewhere':
        return { status: 'not_confirmed', why: credential.what };
    }
  }
  #statusOf({ condition, why, remedy, expiresAt }: VaultLookup & { readonly found: 'credential' }): StatusOfService {
    const left = (expiresAt ?? Number.POSITIVE_INFINITY) - this.#now();
    const date = expiresAt === undefined ? '' : dateText(expiresAt);
    if (left <= 0) return { status: 'expired', why: phrase`it expired on ${date}` };
    if (condition === 'missing') return { status: 'missing_credential', ...(why === undefined ? {} : { why }) };
    if (condition === 'rejected') {
      return { status: 'rejected', why: why ?? phrase`the API answered 401`, ...(remedy ? { remedy } : {}) };
    }
    if (left < EXPIRING_MS) return { status: 'expiring', why: phrase`it expires on ${date}` };
    return { status: condition ?? 'ready' };
  }
}

/** The day, or to the minute for what ended or ends within one. */
function dateText(time: number): string {
  const iso = new Date(time).toISOString();
  return Math.abs(time - Date.now()) < 24 * 60 * 60 * 1000
    ? `${iso.slice(0, 16).replace('T', ' ')} UTC`
    : iso.slice(0, 10);
}
