import type { Auth, BaseUrl } from '../core/policy/model.ts';
import { Redactor } from '../core/redact/redactor.ts';
import type { Secret } from '../core/secret.ts';
import type { Binding, CredentialSet } from './parent.ts';
import { placementOf } from './policySet.ts';

export type VaultLookup =
  | { readonly found: 'credential'; readonly value: Secret }
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
  #redactor: { readonly instance: Redactor; readonly until: number } | undefined;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  replace(set: CredentialSet): void {
    this.#set = set;
    this.#redactor = undefined;
  }

  /** Services whose credential differs between the present set and `next` because it is gone. */
  removedBy(next: CredentialSet): readonly string[] {
    const kept = new Set(next.current.map(({ service }) => service));
    return this.#set.current.map(({ service }) => service).filter((service) => !kept.has(service));
  }

  find(service: string, baseUrl: BaseUrl, auth: Auth): VaultLookup {
    const credential = this.#set.current.find((entry) => entry.service === service);
    if (!credential) return { found: this.#set.revoked.includes(service) ? 'revoked' : 'missing' };
    const wanted: Binding = { origin: baseUrl.origin, placement: placementOf(auth) };
    const { binding } = credential;
    if (binding.origin !== wanted.origin || binding.placement !== wanted.placement) {
      const text = (b: Binding): string => `${b.origin} (${b.placement})`;
      return { found: 'bound_elsewhere', what: `${text(binding)}, while the policy now says ${text(wanted)}` };
    }
    return { found: 'credential', value: credential.value };
  }

  /** Knows every current value and the retired ones whose time is not up. */
  get redactor(): Redactor {
    const now = this.#now();
    if (!this.#redactor || this.#redactor.until <= now) {
      const retired = this.#set.retired.filter(({ until }) => until > now);
      this.#redactor = {
        instance: new Redactor(
          [...this.#set.current, ...retired].map(({ service, value }) => ({ name: service, value })),
        ),
        until: Math.min(Number.POSITIVE_INFINITY, ...retired.map(({ until }) => until)),
      };
    }
    return this.#redactor.instance;
  }
}
