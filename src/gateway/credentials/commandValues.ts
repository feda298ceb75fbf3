import type { Secret } from '../../core/secret.ts';
import type { Phrase } from '../../core/text/phrase.ts';
import type { CommandCredential } from '../control/controlPort.ts';

/** How many values of one service's command are known at once: a source may give another one each time. */
const MAX_KNOWN = 16;

/** A value to be taken out of answers. */
interface Known {
  readonly service: string;
  readonly value: Secret;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

interface Given extends Known {
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Of the {@link CommandCredential} that gave it. */
  readonly id: string;
  /** Until when it may be used, in milliseconds since the epoch; 0 once it was forgotten. */
  usableUntil: number;
}

/** What commands gave, in memory only. A value that may no longer be used is known for a while, to be taken out of answers. */
export class CommandValues {
  readonly #now: () => number;
  readonly #knownForMs: number;
  readonly #failures = new Map<string, Phrase>();
  /** The latest of a service is its last. */
  #given: readonly Given[] = [];

  constructor(now: () => number, knownForMs: number) {
    this.#now = now;
    this.#knownForMs = knownForMs;
  }

  usable(service: string): Secret | undefined {
    const last = this.#last(service);
    const now = this.#now();
    // A clock that was set back must not make it last.
    return last && now >= last.since && now < last.usableUntil ? last.value : undefined;
  }

  /** True when the value is not the one that the command gave before. */
  put({ service, id }: CommandCredential, value: Secret, keepMs: number): boolean {
    const now = this.#now();
    const before = this.#last(service);
    const same = before?.id === id && before.value.equals(value);
    const given = {
      service,
      id,
      value,
      since: now,
      usableUntil: now + keepMs,
      until: now + keepMs + this.#knownForMs,
    };
    if (before) before.usableUntil = 0;
    const others = this.#given
      .filter(({ until }) => until > now)
      .filter((one) => one.service !== service || !one.value.equals(value));
    const own = others.filter((one) => one.service === service);
    const oldest = own.length < MAX_KNOWN ? undefined : own[0];
    this.#given = [...others.filter((one) => one !== oldest), given];
    this.#failures.delete(service);
    return !same;
  }

  fail(service: string, why: Phrase): void {
    this.#failures.set(service, why);
  }

  failure(service: string): Phrase | undefined {
    return this.#failures.get(service);
  }

  forget(concerns: (service: string) => boolean): void {
    for (const one of this.#given) if (concerns(one.service)) one.usableUntil = 0;
    for (const service of this.#failures.keys()) if (concerns(service)) this.#failures.delete(service);
  }

  /** Forgets what commands gave that are none of these any more. */
  keepOnly(commands: readonly CommandCredential[]): void {
    const ids = new Map(commands.map(({ service, id }) => [service, id]));
    for (const one of this.#given) if (ids.get(one.service) !== one.id) one.usableUntil = 0;
    for (const service of this.#failures.keys()) if (!ids.has(service)) this.#failures.delete(service);
  }

  /** What is to be taken out of answers. */
  known(): readonly Known[] {
    const now = this.#now();
    return this.#given.filter(({ until }) => until > now);
  }

  #last(service: string): Given | undefined {
    return this.#given.findLast((one) => one.service === service);
  }
}
