import type { Rate } from '../../core/limits/limitsModel.ts';
import { freshId, type Recorder } from '../audit/recorder.ts';
import { type Cleaner, UnreadError } from '../cleaning/cleaner.ts';
import { TokenBucket } from '../tokenBucket.ts';
import type { Vault } from '../vault.ts';
import { auditAgent, type CallContext, type Caller, PERSON } from './callContext.ts';
import { refusals } from './refusals.ts';

/** How many calls of an agent pass after one in which a credential stood, and for how long that holds in milliseconds. */
const ON_PROBATION: Rate = { count: 10, per: 'hour' };
const PROBATION_MS = 60 * 60 * 1000;
/** So much of a call that is refused for another reason is looked through, in characters: it is refused all the same. */
const MOST_OF_A_REFUSED_CALL = 64 * 1024;
/** What an agent asks besides calls is looked through at once, without a thread; a canonical path and a reason are shorter. */
const MOST_OF_A_QUESTION = 40 * 1024;
/** Agents state their own names, as many as they like: a person is told of no more. */
const MOST_TOLD = 1000;

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
 * call is refused and recorded, and a person is told, once for each agent and credential.
 *
 * The refusal says that a guess was right. So only calls that would pass get it: one that is refused for another reason is
 * told that reason, right or wrong, and each guess costs a recorded call to the API. And after it few calls of the agent
 * pass for an hour, and none after a second one: a call holds thousands of guesses, and more calls would say which it was.
 */
export class CredentialsInCalls {
  readonly #parts: Parts;
  /** By what the agent calls itself: it connects anew as it likes. */
  readonly #onProbation = new Map<string, Probation>();
  /** Agents and credentials that a person was told of. */
  readonly #told = new Set<string>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * The names of the credentials that stand in a call; the person is told of them. `words` is all that the agent wrote,
   * of which no more than `most` characters are looked through.
   */
  async namesIn({ caller, signal }: CallContext, words: unknown, most?: number): Promise<readonly string[]> {
    const names = await this.#parts.cleaner.namesIn(words, this.#parts.vault, signal, most);
    this.#tell(caller, names);
    return names;
  }

  /** The same for a call that is refused for another reason, so that the trail and the person know; never rejects for what it holds. */
  async namesInRefused(context: CallContext, words: unknown): Promise<readonly string[]> {
    const { caller, signal } = context;
    if (caller === PERSON || signal.aborted) return [];
    try {
      return await this.namesIn(context, words, MOST_OF_A_REFUSED_CALL);
    } catch (error) {
      // It is refused already, for whatever it holds.
      if (error instanceof UnreadError) this.#parts.recorder.log('warn', `A refused call was not looked at: ${error}`);
      else if (!signal.aborted) throw error;
      return [];
    }
  }

  /** The names of the credentials that stand in what an agent asks besides calls; the person is told of them. */
  inQuestion(words: unknown, caller: Caller): readonly string[] {
    const all = [words, caller.agent];
    if (JSON.stringify(all).length > MOST_OF_A_QUESTION) return [];
    const names = this.#parts.vault.redactor.namesIn(all);
    this.#tell(caller, names);
    return names;
  }

  /**
   * Throws if `names` are those of credentials that stand in what would pass, and for an agent of which enough has passed
   * since that happened. To be asked last: what is under way when another call is refused must not say more than others.
   */
  refuseFor(names: readonly string[], { agent }: Caller, service: string): void {
    const now = this.#parts.now();
    const before = this.#onProbation.get(agent.name);
    const probation = before && before.until > now ? before : undefined;
    if (probation) {
      const wait = probation.calls === undefined ? probation.until - now : probation.calls.retryAfter(now);
      if (wait > 0) throw refusals.onProbation(service, wait);
      probation.calls?.take(now);
    } else this.#onProbation.delete(agent.name);
    if (names.length === 0) return;
    const until = now + PROBATION_MS;
    this.#onProbation.set(agent.name, probation ? { until } : { until, calls: new TokenBucket(ON_PROBATION) });
    throw refusals.credentialInCall(service);
  }

  /** By a record of its own, which the parent hears of as of any other. */
  #tell({ agent }: Caller, names: readonly string[]): void {
    for (const name of names) {
      const about = JSON.stringify([agent.name, name]);
      if (this.#told.has(about) || this.#told.size >= MOST_TOLD) continue;
      this.#told.add(about);
      this.#parts.recorder.recordOrLog({
        id: freshId(),
        kind: 'control',
        agent: auditAgent(agent),
        service: name,
        verdict: 'credential_in_call',
      });
    }
  }
}
