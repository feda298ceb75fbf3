import type { RefusalError } from '../../call/model/refusals.ts';
import { serverFailure } from './serverFailure.ts';
import { serverRefusals } from './serverRefusals.ts';
import { ServerSession, type SessionPorts, type SessionSettings } from './serverSession.ts';

/** After the second failure in a row a server is started again after 1 s, then 2, 4 … up to this; in milliseconds. */
const MAX_PAUSE_MS = 30_000;

/** Starts one upstream MCP server when it is first needed, and again, with growing pauses, when it failed. */
export class ServerRunner {
  readonly #name: string;
  readonly #ports: (session: () => ServerSession | undefined) => SessionPorts;
  readonly #now: () => number;
  #session: ServerSession | undefined;
  readonly #retiring = new Set<ServerSession>();
  #failures = 0;
  #notBefore = 0;
  #failure: RefusalError | undefined;

  constructor(name: string, now: () => number, ports: (session: () => ServerSession | undefined) => SessionPorts) {
    this.#name = name;
    this.#now = now;
    this.#ports = ports;
  }

  get session(): ServerSession | undefined {
    return this.#session;
  }

  /** The session for these settings, started if there is none. Throws a refusal while it pauses after failures. */
  sessionFor(settings: SessionSettings): ServerSession {
    if (this.#session && !this.#session.ended && this.#session.fits(settings)) return this.#session;
    if (this.#session && !this.#session.ended) this.#retire(this.#session);
    const pause = this.#notBefore - this.#now();
    if (pause > 0) throw serverRefusals.paused(this.#name, this.#failure, pause);
    let session: ServerSession | undefined;
    session = new ServerSession(
      settings,
      this.#ports(() => session),
    );
    this.#session = session;
    session.link.catch((error: unknown) => {
      if (!session.stopped) this.noteFailure(serverFailure(error, this.#name, 'no', false));
    });
    return session;
  }

  /** The server does not know this run of it any more: the next call begins another one, while those under way end. */
  renew(session: ServerSession): void {
    if (this.#session !== session) return;
    this.#session = undefined;
    this.#retire(session);
  }

  /** It could not be started, for this reason; or it crashed. */
  noteFailure(failure?: RefusalError): void {
    this.#failure = failure;
    this.#failures++;
    const pause = this.#failures < 2 ? 0 : Math.min(MAX_PAUSE_MS, 1000 * 2 ** (this.#failures - 2));
    this.#notBefore = this.#now() + pause;
  }

  /** It answered a call: what failed before is over. */
  noteSuccess(): void {
    this.#failures = 0;
    this.#notBefore = 0;
  }

  /** Ends whatever runs, at once; the next call starts it anew, without a pause. */
  end(how: 'end' | 'kill' = 'end'): void {
    for (const session of [this.#session, ...this.#retiring]) session?.[how]();
    this.#session = undefined;
    this.#retiring.clear();
    this.noteSuccess();
  }

  #retire(session: ServerSession): void {
    this.#retiring.add(session);
    session.retire();
    if (session.ended) this.#retiring.delete(session);
  }
}
