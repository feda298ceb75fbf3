import { endOfJwt } from '../../core/jwtEnd.ts';
import type { BaseUrl } from '../../core/net/baseUrl.ts';
import type { Auth } from '../../core/policy/auth/authTypes.ts';
import { placementOf } from '../../core/policy/auth/authTypes.ts';
import { type KnownSecret, Redactor } from '../../core/redact/redactor.ts';
import { SignatureIndex } from '../../core/redact/signatureIndex.ts';
import type { SignatureTable } from '../../core/redact/signatureReader.ts';
import { Secret } from '../../core/secret.ts';
import { type Phrase, phrase } from '../../core/text/phrase.ts';
import type {
  Binding,
  Candidate,
  CommandCredential,
  Credential,
  CredentialCondition,
  CredentialSet,
  Remedy,
} from '../control/controlPort.ts';
import { CommandValues } from './commandValues.ts';
import { endOfPayload } from './payload.ts';

/** How long a value that was replaced is still taken out of answers. */
const RETIRED_MS = 24 * 60 * 60 * 1000;

/** A token that has ended is taken out for an hour more: a log that an API shows may be that old. */
const AFTER_END_MS = 60 * 60 * 1000;

/** Of those, which are worth nothing any more, this many of a service at most: some issuers' tokens live for seconds. */
const MAX_ENDED = 64;

/** How often signatures that have ended are forgotten: it takes time for each that is held. */
const SWEEP_MS = 60_000;

/** In the place of a session's value, which VS Code keeps. */
export const NOTHING_STORED = new Secret('');

/** `missing`: VS Code has no session to use, though the user allowed it. */
type Condition = CredentialCondition | 'missing';

/** What was made with a credential, or replaced by renewing it. `endsAt`: `Infinity` where it lives as long as its credential. */
interface Minted {
  readonly service: string;
  readonly value: Secret;
  readonly endsAt: number;
}

export type VaultLookup =
  | {
      readonly found: 'credential';
      readonly value: Secret;
      readonly condition?: Condition;
      /** Why it was rejected, if anybody but the API said so; why it is missing. */
      readonly why?: Phrase;
      readonly remedy?: Remedy;
      readonly expiresAt?: number;
    }
  | { readonly found: 'missing' }
  /** A command gives it, and has not been run, or not lately; `failure` is why its last run gave nothing. */
  | { readonly found: 'by_command'; readonly failure?: Phrase }
  | { readonly found: 'revoked' }
  /** Bound to another origin or placement; `what` names both, and holds no value. */
  | { readonly found: 'bound_elsewhere'; readonly what: Phrase };

/**
 * The credentials of this gateway, in memory only. It hands a value out for the destination for which the user
 * entered it and for no other, and knows every value, old ones too, that must not come back in an answer.
 */
export class Vault {
  #set: CredentialSet = { current: [], retired: [], revoked: [] };
  /** What this gateway last saw an API think of the present value of a service. */
  readonly #conditions = new Map<
    string,
    { readonly condition: Condition; readonly why?: Phrase; readonly remedy?: Remedy }
  >();
  readonly #candidates = new Set<{ readonly service: string; readonly value: Secret }>();
  /** Tokens that were made with credentials, and values that renewed ones came after; oldest first. */
  #minted: readonly Minted[] = [];
  readonly #signatures = new SignatureIndex();
  #sweptAt = 0;
  /** How many values, or commands that give them, each service has had. */
  readonly #generations = new Map<string, number>();
  readonly #redactor = new Redactor([], this.#signatures);
  /** What that knows; undefined when something changed. */
  #looking: Looking | undefined;
  readonly #now: () => number;
  readonly #given: CommandValues;

  constructor(now: () => number) {
    this.#now = now;
    this.#given = new CommandValues(now, RETIRED_MS);
  }

  replace(set: CredentialSet): void {
    const before = new Map(this.#set.current.map((credential) => [credential.service, credential]));
    for (const { service, value, condition } of set.current) {
      const old = before.get(service);
      before.delete(service);
      // The host repeats itself: what was seen here since stays, unless the value or the host's word is a new one.
      if (!old?.value.equals(value)) this.#replaced(service);
      else if (old.condition === condition) continue;
      this.#setCondition(service, condition);
    }
    for (const service of before.keys()) {
      this.#conditions.delete(service);
      this.#retireMinted(service);
    }
    const commands = new Map(this.#set.commands?.map(({ service, id }) => [service, id]));
    for (const { service, id } of set.commands ?? []) {
      if (commands.get(service) === id || set.current.some((entry) => entry.service === service)) continue;
      this.#replaced(service);
      this.#conditions.delete(service);
    }
    this.#given.keepOnly(set.commands ?? []);
    this.#set = set;
    this.#looking = undefined;
  }

  /** The command that gives a service's credential; undefined when it has none, or one that is stored. */
  command(service: string): CommandCredential | undefined {
    if (this.#set.current.some((entry) => entry.service === service)) return undefined;
    return this.#set.commands?.find((entry) => entry.service === service);
  }

  /** Whether there is a value of a command's that may be used just now. */
  hasGiven(service: string): boolean {
    return this.#given.usable(service) !== undefined;
  }

  /**
   * Takes what a service's command gave. Where that is another value than before, nothing is known of what the API thinks of
   * it, and the old one is still taken out of answers. What the user allowed stands: they allowed what this command gives.
   */
  give(service: string, value: Secret, keepMs: number): void {
    const command = this.command(service);
    if (!command) return;
    if (this.#given.put(command, value, keepMs)) {
      this.#retireMinted(service);
      this.#conditions.delete(service);
    }
    this.#looking = undefined;
  }

  /** Why a service's command gave nothing; until it gives something. */
  noteFailure(service: string, why: Phrase): void {
    this.#given.fail(service, why);
  }

  /** What commands gave for these services is used no more: the next call runs the command again. */
  forgetGiven(concerns: (service: string) => boolean): void {
    this.#given.forget(concerns);
  }

  /** Counts the values that a service's credential has had, and the commands that gave them: another number, another one. */
  generation(service: string): number {
    return this.#generations.get(service) ?? 0;
  }

  /** Notes what became of a request with this value, if that is still the service's credential. */
  noteCondition(service: string, value: Secret, condition: CredentialCondition | undefined): void {
    const counts = [this.#current(service), this.#session(service)].some((one) => one?.value.equals(value));
    if (counts) this.#setCondition(service, condition);
  }

  /** The issuer of its tokens, or the API in spite of a fresh one, does not take the service's credential. */
  noteRejected(service: string, why?: Phrase, remedy?: Remedy): void {
    this.#setCondition(service, 'rejected', why, remedy);
  }

  /** VS Code has no session for it, until a call finds one. */
  noteMissing(service: string, why: Phrase): void {
    this.#setCondition(service, 'missing', why);
  }

  /** Takes a value that is not stored out of everything, until the returned function is called. */
  hold(service: string, value: Secret): () => void {
    const candidate = { service, value };
    this.#candidates.add(candidate);
    this.#looking = undefined;
    return () => {
      this.#candidates.delete(candidate);
      this.#looking = undefined;
    };
  }

  /**
   * Takes a token out of answers until it ends and for an hour more, in milliseconds since the epoch; `Infinity` while its
   * service has this credential, and for a day more. None that may still live is forgotten: whoever makes them sees to it
   * that they stay few.
   */
  holdMinted(service: string, value: Secret, endsAt: number): void {
    const now = this.#now();
    const known = this.#minted.find((held) => held.service === service && held.value.equals(value));
    if (known && known.endsAt >= endsAt) return;
    const kept = this.#minted.filter((held) => held !== known && held.endsAt + AFTER_END_MS > now);
    const ended = kept.filter((held) => held.service === service && held.endsAt <= now);
    const forgotten = new Set(ended.slice(0, Math.max(0, ended.length - MAX_ENDED)));
    this.#minted = [...kept.filter((held) => !forgotten.has(held)), { service, value, endsAt }];
    this.#looking = undefined;
    // At once, as several that wait to be known would all be made so in the turn that looks for them first.
    this.#look();
  }

  /** The same for signatures, which are made for every request. */
  holdSignature(service: string, signature: Secret, endsAt: number): void {
    this.#signatures.add(service, signature, endsAt);
  }

  /** Whether this very signature was made before: without a date in it, the same request has the same one. */
  knowsSignature(signature: Secret): boolean {
    return this.#signatures.has(signature);
  }

  /** The service has another credential, or none: what was made with the old one is worth something for a day at most. */
  #replaced(service: string): void {
    this.#generations.set(service, this.generation(service) + 1);
    this.#retireMinted(service);
  }

  #retireMinted(service: string): void {
    const end = this.#now() + RETIRED_MS;
    this.#signatures.retire(service, end);
    this.#minted = this.#minted.map((held) =>
      held.service === service && held.endsAt === Number.POSITIVE_INFINITY ? { ...held, endsAt: end } : held,
    );
  }

  /**
   * The stored credential was renewed: `to` counts in the place of any of `from`. The host has it already and will say
   * so; what it replaces is taken out of answers for a day more.
   */
  renew(service: string, from: readonly Secret[], to: { readonly value: Secret; readonly expiresAt?: number }): void {
    const old = this.#current(service);
    if (old === undefined || old.value.equals(to.value) || !from.some((value) => value.equals(old.value))) return;
    const { expiresAt: _, condition: __, ...rest } = old;
    this.#set = {
      ...this.#set,
      current: this.#set.current.map((entry) => (entry === old ? { ...rest, ...to } : entry)),
    };
    this.#setCondition(service, undefined);
    this.holdMinted(service, old.value, this.#now() + RETIRED_MS);
  }

  #current(service: string): CredentialSet['current'][number] | undefined {
    const stored = this.#set.current.find((entry) => entry.service === service);
    if (stored) return stored;
    const command = this.command(service);
    const value = command && this.#given.usable(service);
    return value && { service, value, binding: command.binding };
  }

  /** The user's permission to use VS Code's session, as if it were a credential. */
  #session(service: string): CredentialSet['current'][number] | undefined {
    const session = this.#set.sessions?.find((entry) => entry.service === service);
    return session && { ...session, value: NOTHING_STORED };
  }

  #setCondition(service: string, condition: Condition | undefined, why?: Phrase, remedy?: Remedy): void {
    if (condition === undefined) this.#conditions.delete(service);
    else
      this.#conditions.set(service, {
        condition,
        ...(why === undefined ? {} : { why }),
        ...(remedy ? { remedy } : {}),
      });
  }

  /** Services whose credential differs between the present set and `next` because it is gone. */
  removedBy(next: CredentialSet): readonly string[] {
    const named = ({ current, commands = [] }: CredentialSet): string[] =>
      [...current, ...commands].map(({ service }) => service);
    const kept = new Set(named(next));
    return named(this.#set).filter((service) => !kept.has(service));
  }

  /** The candidate, if there is one, counts in place of the service's credential, and is bound as strictly. */
  find(service: string, baseUrl: BaseUrl, auth: Auth, candidate?: Candidate): VaultLookup {
    const stored = auth.type === 'vscode-session' ? this.#session(service) : this.#current(service);
    const lookup = this.#lookUp(service, { origin: baseUrl.origin, placement: placementOf(auth) }, stored, candidate);
    if (candidate || lookup.found !== 'credential') return lookup;
    const expiresAt = endOf(auth, lookup.value, stored?.expiresAt);
    return expiresAt === undefined ? lookup : { ...lookup, expiresAt };
  }

  /** The same for an upstream MCP server's credential, which no command gives: a server keeps what it was started with. */
  findBound(name: string, wanted: Binding): Exclude<VaultLookup, { readonly found: 'by_command' }> {
    const stored = this.#set.current.find(({ service }) => service === name);
    const lookup = this.#lookUp(name, wanted, stored);
    return lookup.found === 'by_command' ? { found: 'missing' } : lookup;
  }

  #lookUp(service: string, wanted: Binding, stored: Credential | undefined, candidate?: Candidate): VaultLookup {
    const command = stored ? undefined : this.command(service);
    const credential = candidate ?? stored ?? command;
    if (!credential) return { found: this.#set.revoked.includes(service) ? 'revoked' : 'missing' };
    const { binding } = credential;
    if (binding.origin !== wanted.origin || binding.placement !== wanted.placement) {
      const text = (b: Binding): Phrase => phrase`${b.origin} as ${b.placement}`;
      return { found: 'bound_elsewhere', what: phrase`${text(binding)}, while the policy now says ${text(wanted)}` };
    }
    if (candidate) return { found: 'credential', value: candidate.value };
    if (!stored) {
      const failure = this.#given.failure(service);
      return { found: 'by_command', ...(failure === undefined ? {} : { failure }) };
    }
    return {
      found: 'credential',
      value: stored.value,
      ...this.#conditions.get(service),
      ...(stored.expiresAt === undefined ? {} : { expiresAt: stored.expiresAt }),
    };
  }

  /** Looks for everything that is {@link known}. */
  get redactor(): Redactor {
    this.#look();
    return this.#redactor;
  }

  /** Every current value, and the retired and made ones whose time is not up. */
  get known(): readonly KnownSecret[] {
    return this.#look().known;
  }

  /** The signatures that are known beside. */
  get signatures(): SignatureTable {
    return this.#signatures.table;
  }

  #look(): Looking {
    const now = this.#now();
    if (now - this.#sweptAt > SWEEP_MS && this.#signatures.sweep(now)) this.#sweptAt = now;
    if (!this.#looking || this.#looking.until <= now) {
      const retired = this.#set.retired.filter(({ until }) => until > now);
      const minted = this.#minted.map(({ endsAt, ...held }) => ({ ...held, until: endsAt + AFTER_END_MS }));
      const made = [...minted.filter(({ until }) => until > now), ...this.#given.known()];
      const known = [...this.#set.current, ...retired, ...this.#candidates, ...made].map(({ service, value }) => ({
        name: service,
        value,
      }));
      this.#redactor.know(known);
      const until = Math.min(Number.POSITIVE_INFINITY, ...[...retired, ...made].map((held) => held.until));
      this.#looking = { known, until };
    }
    return this.#looking;
  }
}

interface Looking {
  readonly known: readonly KnownSecret[];
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** When a credential ends: by the host's word, or by what stands in the value. The earlier one counts. */
function endOf(auth: Auth, value: Secret, toldBy: number | undefined): number | undefined {
  const own = jwtExpiry(auth, value) ?? endOfPayload(auth, value);
  return own === undefined || toldBy === undefined ? (own ?? toldBy) : Math.min(own, toldBy);
}

/** A token that somebody pasted says itself when it ends (RFC 7519 section 4.1.4). */
function jwtExpiry(auth: Auth, value: Secret): number | undefined {
  return auth.type === 'bearer' || auth.type === 'header' || auth.type === 'query' ? endOfJwt(value) : undefined;
}
