import type { Phrase } from '../../../core/text/phrase.ts';
import type { RefusalError } from '../../call/model/refusals.ts';
import type { ServerSession, SessionSettings } from './serverSession.ts';

/** Clients list a server's tools right after they have connected: it is not started anew for that; in milliseconds. */
const SAME_FOR_MS = 3000;

/** Why a server could not be started, or did not list its tools, the last time that it was asked to. */
export class LastFailure {
  #last: { readonly session: ServerSession; readonly refusal: RefusalError; readonly at: number } | undefined;

  get message(): Phrase | undefined {
    return this.#last?.refusal.told.message;
  }

  /** What was said a moment ago of a server that was started in the same way. */
  sameAsBefore(settings: Pick<SessionSettings, 'server' | 'secrets'>, now: number): RefusalError | undefined {
    const last = this.#last;
    return last && now - last.at < SAME_FOR_MS && last.session.fits(settings) ? last.refusal : undefined;
  }

  /** Whether it is news: many may wait for the one run that failed. */
  note(session: ServerSession, refusal: RefusalError, at: number): boolean {
    const isNew = this.#last?.session !== session || this.#last.refusal.message !== refusal.message;
    this.#last = { session, refusal, at };
    return isNew;
  }

  /** It works. Whether that is news. */
  clear(): boolean {
    const isNew = this.#last !== undefined;
    this.#last = undefined;
    return isNew;
  }
}
