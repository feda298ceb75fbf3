import { JSONRPCErrorResponseSchema, type RequestId, RequestIdSchema } from '@modelcontextprotocol/sdk/types.js';
import { HttpRefusedError } from './httpRefusal.ts';

/** What of a request matters for what an answer to it means. */
export interface Asked {
  /** The server's endpoint. */
  readonly endpoint: string;
  /** The message, as JSON. */
  readonly body: unknown;
  /** Whether it went out in a session that the server had given a name. */
  readonly inSession: boolean;
  /** Whether the policy sends a credential along. */
  readonly authenticated: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Whether the server offers a stream of the older transport to whoever asks this address with GET. */
  readonly offersOlderTransport: () => Promise<boolean>;
}

/** An HTTP answer that is no success, with the beginning of its body as text. */
export interface Refused {
  readonly status: number;
  readonly header: (name: string) => string | null;
  readonly text: string;
}

/**
 * Reads an answer that is no success: the text of a JSON-RPC error that answers the very message is handed on, whatever the
 * status says beside it. For everything else throws {@link HttpRefusedError}.
 */
export async function readHttpRefusal(refused: Refused, asked: Asked): Promise<string> {
  const { status, text } = refused;
  const isAnswer = answers(text, asked.body);
  const isOver = asked.inSession && (saysSessionIsOver(status, text) || (SESSION_GONE.has(status) && !isAnswer));
  if (isAnswer && !isOver) return text;
  throw new HttpRefusedError(status, await refusalOf(refused, asked, isOver));
}

async function refusalOf(
  { status, header }: Refused,
  { endpoint, inSession, authenticated, at, offersOlderTransport }: Asked,
  isOver: boolean,
): Promise<HttpRefusedError['refusal']> {
  if (isOver) return { kind: 'session_over', certain: true };
  if (status >= 300 && status < 400) return { kind: 'redirect', ...sameOrigin(header('location'), endpoint) };
  if (status === 401) return { kind: 'unauthorized', authenticated };
  if (status === 403) return { kind: 'forbidden', authenticated };
  if (status === 429) return { kind: 'busy', ...retryAfter(header('retry-after'), at) };
  // Many servers answer a session that they do not know with 400, and with words of their own.
  if (inSession && status === 400) return { kind: 'session_over', certain: false };
  if (!inSession && OLDER_TRANSPORT.has(status) && (await offersOlderTransport())) return { kind: 'older_transport' };
  return { kind: 'status' };
}

/** With what servers of the older transport answer a message: see the specification's *Backwards Compatibility* of transports. */
const OLDER_TRANSPORT: ReadonlySet<number> = new Set([400, 404, 405]);

/** MCP has 404 for a session that ended. */
const SESSION_GONE: ReadonlySet<number> = new Set([404, 410]);
/** Others have 400, or even 401, and say it in words of their own. */
const SAID_WITH: ReadonlySet<number> = new Set([400, 401, ...SESSION_GONE]);
const SESSION_IS_OVER =
  /\bsession\b[^.]{0,60}(not found|unknown|invalid|expired|missing|required|terminated|closed|not exist|no longer|not valid)|\b(no|unknown|invalid|expired|missing)\b[^.]{0,20}\bsession\b|not (been )?initiali[sz]ed/i;

function saysSessionIsOver(status: number, text: string): boolean {
  return SAID_WITH.has(status) && SESSION_IS_OVER.test(text.replaceAll(/[-_]/g, ' '));
}

/** Whether a text is the JSON-RPC error that answers this message. */
function answers(text: string, message: unknown): boolean {
  const id = idOf(message);
  if (id === undefined) return false;
  const error = JSONRPCErrorResponseSchema.safeParse(parsed(text));
  return error.success && error.data.id === id;
}

function idOf(message: unknown): RequestId | undefined {
  const json = typeof message === 'string' ? parsed(message) : undefined;
  return typeof json === 'object' && json !== null && 'id' in json
    ? RequestIdSchema.safeParse(json.id).data
    : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Longest address that is repeated. */
const MAX_ADDRESS = 200;

function sameOrigin(location: string | null, endpoint: string): { readonly to?: string } {
  if (location === null || !URL.canParse(location, endpoint)) return {};
  const { origin, pathname } = new URL(location, endpoint);
  const to = `${origin}${pathname}`; // a query may be about this very request
  return origin === new URL(endpoint).origin && to.length <= MAX_ADDRESS ? { to } : {};
}

/** A server's word for how long to wait is not taken for longer than this. */
const MAX_RETRY_MS = 60 * 60_000;

/** RFC 9110 section 10.2.3: seconds, or a date. */
function retryAfter(header: string | null, now: number): { readonly retryAfterMs?: number } {
  if (header === null) return {};
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return ms > 0 ? { retryAfterMs: Math.min(ms, MAX_RETRY_MS) } : {};
}
