import type { Auth, BaseUrl } from '../core/policy/model.ts';
import { Redactor } from '../core/redact/redactor.ts';
import type { Secret } from '../core/secret.ts';
import type { Binding, Candidate, CredentialSet, CredentialStanding } from './parent.ts';
import { placementOf } from './policySet.ts';

export type VaultLookup =
  | {
      readonly found: 'credential';
      readonly value: Secret;
      readonly standing?: CredentialStanding;
      readonly expiresAt?: number;
    }
  | { readonly found: 'missing' }
  | { readonly found: 'revoked' }
  /** Bound to another origin or placement; `what` names both, and holds no value. */
  | { readonly found: 'bound_elsewhere'; readonly what: string };

/**
 * The credentials of this gateway, in memory only. It hands a value out for the destination for which a person
 * entered it and for no other, and knows every value, old ones too, that must not come back in an answer.
 */
export class Vault {
  #set: CredentialSet = { current: [], retired: [], revoked: [] };
  /** What this gateway last saw an API think of the present value of a service. */
  readonly #standings = new Map<string, CredentialStanding>();
  readonly #candidates = new Set<{ readonly service: string; readonly value: Secret }>();
  #redactor: { readonly instance: Redactor; readonly until: number } | undefined;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  replace(set: CredentialSet): void {
    const before = new Map(this.#set.current.map((credential) => [credential.service, credential]));
    for (const { service, value, standing } of set.current) {
      const old = before.get(service);
      before.delete(service);
      // The parent repeats itself: what was seen here since stays, unless the value or the parent's word is a new one.
      if (old?.value.equals(value) && old.standing === standing) continue;
      this.#setStanding(service, standing);
    }
    for (const service of before.keys()) this.#standings.delete(service);
    this.#set = set;
    this.#redactor = undefined;
  }

  /** Notes what became of a request with this value, if that is still the service's credential. */
  noteStanding(service: string, value: Secret, standing: CredentialStanding | undefined): void {
    if (this.#current(service)?.value.equals(value)) this.#setStanding(service, standing);
  }

  /** Takes a value that is not stored out of everything, until the returned function is called. */
  hold(service: string, value: Secret): () => void {
    const candidate = { service, value };
    this.#candidates.add(candidate);
    this.#redactor = undefined;
    return () => {
      this.#candidates.delete(candidate);
      this.#redactor = undefined;
    };
  }

  #current(service: string): CredentialSet['current'][number] | undefined {
    return this.#set.current.find((entry) => entry.service === service);
  }

  #setStanding(service: string, standing: CredentialStanding | undefined): void {
    if (standing === undefined) this.#standings.delete(service);
    else this.#standings.set(service, standing);
  }

  /** Services whose credential differs between the present set and `next` because it is gone. */
  removedBy(next: CredentialSet): readonly string[] {
    const kept = new Set(next.current.map(({ service }) => service));
    return this.#set.current.map(({ service }) => service).filter((service) => !kept.has(service));
  }

  /** The candidate, if there is one, counts in place of the service's credential, and is bound as strictly. */
  find(service: string, baseUrl: BaseUrl, auth: Auth, candidate?: Candidate): VaultLookup {
    const stored = this.#current(service);
    const credential = candidate ?? stored;
    if (!credential) return { found: this.#set.revoked.includes(service) ? 'revoked' : 'missing' };
    const wanted: Binding = { origin: baseUrl.origin, placement: placementOf(auth) };
    const { binding } = credential;
    if (binding.origin !== wanted.origin || binding.placement !== wanted.placement) {
      const text = (b: Binding): string => `${b.origin} (${b.placement})`;
      return { found: 'bound_elsewhere', what: `${text(binding)}, while the policy now says ${text(wanted)}` };
    }
    if (candidate) return { found: 'credential', value: candidate.value };
    const standing = this.#standings.get(service);
    return {
      found: 'credential',
      value: credential.value,
      ...(standing === undefined ? {} : { standing }),
      ...(stored?.expiresAt === undefined ? {} : { expiresAt: stored.expiresAt }),
    };
  }

  /** Knows every current value and the retired ones whose time is not up. */
  get redactor(): Redactor {
    const now = this.#now();
    if (!this.#redactor || this.#redactor.until <= now) {
      const retired = this.#set.retired.filter(({ until }) => until > now);
      this.#redactor = {
        instance: new Redactor(
          [...this.#set.current, ...retired, ...this.#candidates].map(({ service, value }) => ({
            name: service,
            value,
          })),
        ),
        until: Math.min(Number.POSITIVE_INFINITY, ...retired.map(({ until }) => until)),
      };
    }
    return this.#redactor.instance;
  }
}
