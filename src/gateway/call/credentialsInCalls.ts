import { HELD_BACK_MS } from '../../core/audit/heldBack.ts';
import type { Rate } from '../../core/limits/limitsModel.ts';
import type { AgentInfo } from '../../protocol/messages.ts';
import type { Recorder } from '../audit/recorder.ts';
import { type Cleaner, UnreadError } from '../cleaning/cleaner.ts';
import type { Vault } from '../credentials/vault.ts';
import { freshId } from '../util/freshId.ts';
import { TokenBucket } from '../util/tokenBucket.ts';
import { auditAgent, type CallContext, type Caller, USER } from './model/callContext.ts';
import { refusals } from './model/refusals.ts';

/** How many calls of a connection pass in the hour after one in which a credential stood. */
const ON_PROBATION: Rate = { count: 10, per: 'hour' };
/** How many calls with the same credential are told so in an hour, whoever calls: each says that a guess was right. */
const MAX_RIGHT = 3;
/** So much of a call that is refused for another reason is looked through, in characters: it is refused all the same. */
const MAX_OF_A_REFUSED_CALL = 64 * 1024;
/** What an agent asks besides calls is looked through at once, without a thread; a canonical path and a reason are shorter. */
const MAX_OF_A_QUESTION = 40 * 1024;

interface Probation {
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** What still passes; left out, nothing does. */
  readonly calls?: TokenBucket;
}

interface Parts {
  readonly vault: Vault;
  readonly cleaner: Cleaner;
  readonly recorder: Recorder;
  readonly now: () => number;
}

/**
 * Notices calls in which a credential stands that this gateway keeps: the agent has it from elsewhere, or guesses it. Such a
 * call is refused and recorded, and the user is told, once an hour for each credential.
 *
 * The refusal says that a guess was right. So only calls that would pass get it: one that is refused for another reason is
 * told that reason, right or wrong, and each guess costs a recorded call to the API. And after it few calls of the
 * connection pass for an hour, and none after a second one: a call holds thousands of guesses, and more calls would say
 * which it was. It goes by the connection, which no other process can take over, and not by the name that an agent gives
 * itself: with that, one could hold back another. A process can connect as often as it likes, though; so after the third
 * such call with the same credential in an hour no call passes at all, whoever makes it.
 */
export class CredentialsInCalls {
  readonly #parts: Parts;
  /** By connection. */
  readonly #onProbation = new Map<string, Probation>();
  /** When a credential stood in calls that were told so, in milliseconds since the epoch, by its name. */
  readonly #right = new Map<string, readonly number[]>();
  /** When the user was last told of a credential, by its name. */
  readonly #reportedAt = new Map<string, number>();
  /** Until when nothing passes. */
  #nothingUntil = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * The names of the credentials that stand in a call; the user is told of them. `words` is all that the agent wrote,
   * of which no more than `most` characters are looked through.
   */
  async namesIn({ caller, signal }: CallContext, words: unknown, most?: number): Promise<readonly string[]> {
    const names = await this.#parts.cleaner.namesIn(words, this.#parts.vault, signal, most);
    this.#report(caller, names);
    return names;
  }

  /** The same for a call that is refused for another reason, so that the audit log and the user know; never rejects for what it holds. */
  async namesInRefused(context: CallContext, words: unknown): Promise<readonly string[]> {
    const { caller, signal } = context;
    if (caller === USER || signal.aborted) return [];
    try {
      return await this.namesIn(context, words, MAX_OF_A_REFUSED_CALL);
    } catch (error) {
      // It is refused already, for whatever it holds.
      if (error instanceof UnreadError) this.#parts.recorder.log('warn', `A refused call was not inspected: ${error}`);
      else if (!signal.aborted) throw error;
      return [];
    }
  }

  /** The names of the credentials that stand in what an agent asks besides calls; the user is told of them. */
  inQuestion(words: unknown, caller: Caller): readonly string[] {
    const all = [words, caller.agent];
    if (JSON.stringify(all).length > MAX_OF_A_QUESTION) return [];
    const names = this.#parts.vault.redactor.namesIn(all);
    this.#report(caller, names);
    return names;
  }

  /**
   * Throws if `names` are those of credentials that stand in what would pass, and for a connection of which enough has
   * passed since that happened. To be asked last: what is under way when another call is refused must not say more than
   * others.
   */
  refuseFor(names: readonly string[], caller: Caller, service: string): void {
    const { connection } = caller;
    const now = this.#parts.now();
    if (this.#nothingUntil > now) throw refusals.heldBack(service, this.#nothingUntil - now, true);
    const before = this.#onProbation.get(connection);
    const probation = before && before.until > now ? before : undefined;
    if (probation) {
      const wait = probation.calls === undefined ? probation.until - now : probation.calls.retryAfter(now);
      if (wait > 0) throw refusals.heldBack(service, wait, false);
      probation.calls?.take(now);
    } else this.#onProbation.delete(connection);
    if (names.length === 0) return;
    const until = now + HELD_BACK_MS;
    this.#onProbation.set(connection, probation ? { until } : { until, calls: new TokenBucket(ON_PROBATION) });
    for (const name of names) this.#countRight(name, caller, now);
    throw refusals.credentialInCall(service);
  }

  /** A proxy went away: its connection comes back no more. */
  disconnect(connection: string): void {
    this.#onProbation.delete(connection);
  }

  #countRight(name: string, { agent }: Caller, now: number): void {
    const lately = [...(this.#right.get(name) ?? []).filter((at) => at + HELD_BACK_MS > now), now];
    this.#right.set(name, lately);
    if (lately.length < MAX_RIGHT) return;
    this.#nothingUntil = now + HELD_BACK_MS;
    this.#record(name, agent, 'all_held_back');
  }

  /** By a record of its own, which the host hears of as of any other. */
  #report({ agent }: Caller, names: readonly string[]): void {
    const now = this.#parts.now();
    for (const name of names) {
      const last = this.#reportedAt.get(name);
      if (last !== undefined && last + HELD_BACK_MS > now) continue;
      this.#reportedAt.set(name, now);
      this.#record(name, agent, 'credential_in_call');
    }
  }

  #record(service: string, agent: AgentInfo, verdict: 'credential_in_call' | 'all_held_back'): void {
    this.#parts.recorder.recordOrLog({ id: freshId(), kind: 'control', agent: auditAgent(agent), service, verdict });
  }
}
