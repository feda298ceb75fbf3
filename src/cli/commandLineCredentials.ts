import { randomUUID } from 'node:crypto';
import { placementOf } from '../core/policy/auth/authTypes.ts';
import type { Service } from '../core/policy/model/service.ts';
import { credentialProblem } from '../core/redact/strength.ts';
import type { Secret } from '../core/secret.ts';
import { inEnglish } from '../core/text/phrase.ts';
import type {
  Binding,
  Credential,
  CredentialSet,
  Renewal,
  RenewalLease,
  SessionRequest,
  TokenStore,
} from '../gateway/control/controlPort.ts';
import { payloadProblem } from '../gateway/credentials/payload.ts';

const RETIRED_MS = 24 * 60 * 60 * 1000;

/** The credentials of a gateway on the command line: memory instead of SecretStorage, and one gateway to renew them. */
export class CommandLineCredentials implements TokenStore {
  #set: CredentialSet = { current: [], retired: [], revoked: [] };
  /** What stands for VS Code's own sessions here. */
  readonly #sessions = new Map<string, { readonly value: Secret; readonly binding: Credential['binding'] }>();
  readonly #leases = new Map<string, Credential>();

  /** What the gateway is told. */
  get set(): CredentialSet {
    const sessions = [...this.#sessions].map(([service, { binding }]) => ({ service, binding }));
    return { ...this.#set, sessions };
  }

  /** Throws for a value that cannot be this service's credential, and says why. */
  store({ name, auth, baseUrl }: Service, value: Secret): void {
    refuseUnfit(value);
    const unfit = payloadProblem(auth, value);
    if (unfit !== undefined) throw new Error(`This is not a credential for ${auth.type}: ${inEnglish(unfit)}.`);
    const binding = { origin: baseUrl.origin, placement: placementOf(auth) };
    const { current, retired, revoked } = this.#without(name);
    const others = revoked.filter((other) => other !== name);
    if (auth.type === 'vscode-session') {
      this.#sessions.set(name, { value, binding });
      this.#set = { current, retired, revoked: others };
    } else {
      this.#set = { current: [...current, { service: name, value, binding }], retired, revoked: others };
    }
  }

  /** For a credential that an upstream MCP server names. Throws for a value that cannot be one. */
  storeBound(name: string, binding: Binding, value: Secret): void {
    refuseUnfit(value);
    const { current, retired, revoked } = this.#without(name);
    this.#set = {
      current: [...current, { service: name, value, binding }],
      retired,
      revoked: revoked.filter((other) => other !== name),
    };
  }

  remove(name: string): void {
    const { current, retired, revoked } = this.#without(name);
    this.#set = { current, retired, revoked: [...revoked, name] };
  }

  async leaseRenewal(service: string): Promise<RenewalLease | undefined> {
    const credential = this.#set.current.find((entry) => entry.service === service);
    if (!credential) return undefined;
    const id = randomUUID();
    this.#leases.set(id, credential);
    return { id, value: credential.value };
  }

  async storeRenewal(lease: string, renewal: Renewal): Promise<void> {
    const leased = this.#leases.get(lease);
    const old = this.#set.current.find((entry) => entry.service === leased?.service);
    if (!leased || !old?.value.equals(leased.value)) throw new Error('The credential was replaced in the meantime.');
    const { current, retired, revoked } = this.#without(old.service);
    const renewed = { ...old, ...renewal };
    this.#leases.set(lease, renewed);
    this.#set = { current: [...current, renewed], retired, revoked };
  }

  async releaseRenewal(lease: string): Promise<void> {
    this.#leases.delete(lease);
  }

  async session({ service }: SessionRequest): Promise<Secret | undefined> {
    return this.#sessions.get(service)?.value;
  }

  /** The set without the service's current value, which is retired: it is taken out of answers for another day. */
  #without(name: string): CredentialSet {
    const { current, retired, revoked } = this.#set;
    const session = this.#sessions.get(name);
    this.#sessions.delete(name);
    const old = [
      ...current.filter(({ service }) => service === name),
      ...(session ? [{ service: name, ...session }] : []),
    ];
    const until = Date.now() + RETIRED_MS;
    return {
      current: current.filter(({ service }) => service !== name),
      retired: [...retired, ...old.map(({ service, value }) => ({ service, value, until }))],
      revoked,
    };
  }
}

function refuseUnfit(value: Secret): void {
  const problem = credentialProblem(value);
  if (problem?.severity === 'refuse') throw new Error(inEnglish(problem.message));
}
