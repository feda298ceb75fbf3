import { randomUUID } from 'node:crypto';
import { placementOf } from '../../src/core/policy/auth/authTypes.ts';
import { parsePolicy } from '../../src/core/policy/read/parse.ts';
import { Secret } from '../../src/core/secret.ts';
import type { CredentialSet, Renewal, RenewalLease, TokenStore } from '../../src/gateway/control/controlPort.ts';

type PortCall = 'leaseRenewal' | 'storeRenewal' | 'releaseRenewal';

/**
 * What the windows of one user share: stored credentials, and one lease for each. Every call of the port can be made
 * to wait, before it is carried out or after.
 */
export class Keyholder {
  readonly #services = new Map<
    string,
    { value: Secret; readonly binding: CredentialSet['current'][number]['binding'] }
  >();
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #leases = new Map<string, { readonly service: string; readonly value: Secret }>();
  /** Every call of the port, in order. */
  readonly calls: PortCall[] = [];
  /** Awaited by each call of the port, before it does anything and when it has done it. */
  stall: (call: PortCall, when: 'before' | 'after') => Promise<void> = async () => undefined;
  sessions = new Map<string, string>();

  /** Binds a credential to what the policy says of its service. */
  put(policy: string, service: string, value: string): void {
    const named = parsePolicy(policy).policy?.services.get(service);
    if (!named) throw new Error(`no service ${service}: ${JSON.stringify(parsePolicy(policy).problems)}`);
    const binding = { origin: named.baseUrl.origin, placement: placementOf(named.auth) };
    this.#services.set(service, { value: new Secret(value), binding });
  }

  set(): CredentialSet {
    return {
      current: [...this.#services].map(([service, { value, binding }]) => ({ service, value, binding })),
      retired: [],
      revoked: [],
      sessions: [...this.#services]
        .filter(([service]) => this.sessions.has(service))
        .map(([service, { binding }]) => ({ service, binding })),
    };
  }

  /** The stored text, for tests alone. */
  stored(service: string): Secret | undefined {
    return this.#services.get(service)?.value;
  }

  /** Ends the leases of a gateway that ended. */
  endLeases(): void {
    for (const id of [...this.#leases.keys()]) this.#free(id);
  }

  readonly tokenStore: TokenStore = {
    leaseRenewal: async (service): Promise<RenewalLease | undefined> => {
      await this.#enter('leaseRenewal');
      while ([...this.#leases.values()].some((lease) => lease.service === service)) {
        await new Promise<void>((resolve) => {
          this.#waiting.set(service, [...(this.#waiting.get(service) ?? []), resolve]);
        });
      }
      const value = this.#services.get(service)?.value;
      if (!value) return undefined;
      const id = randomUUID();
      this.#leases.set(id, { service, value });
      await this.stall('leaseRenewal', 'after');
      return { id, value };
    },
    storeRenewal: async (id: string, { value }: Renewal): Promise<void> => {
      await this.#enter('storeRenewal');
      const lease = this.#leases.get(id);
      const entry = lease && this.#services.get(lease.service);
      if (!lease || !entry?.value.equals(lease.value)) throw new Error('replaced in the meantime');
      entry.value = value;
      this.#leases.set(id, { service: lease.service, value });
      await this.stall('storeRenewal', 'after');
    },
    releaseRenewal: async (id: string): Promise<void> => {
      await this.#enter('releaseRenewal');
      this.#free(id);
      await this.stall('releaseRenewal', 'after');
    },
    session: async ({ service }) => {
      const value = this.sessions.get(service);
      return value === undefined ? undefined : new Secret(value);
    },
  };

  async #enter(call: PortCall): Promise<void> {
    this.calls.push(call);
    await this.stall(call, 'before');
  }

  #free(id: string): void {
    const lease = this.#leases.get(id);
    this.#leases.delete(id);
    const waiting = this.#waiting.get(lease?.service ?? '') ?? [];
    this.#waiting.delete(lease?.service ?? '');
    for (const resume of waiting) resume();
  }
}
