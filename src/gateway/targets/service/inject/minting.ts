import type { BaseUrl } from '../../../../core/net/baseUrl.ts';
import type { Service } from '../../../../core/policy/model/service.ts';
import { fitsHeader } from '../../../../core/redact/strength.ts';
import { Secret } from '../../../../core/secret.ts';
import { inEnglish, type Phrase, phrase } from '../../../../core/text/phrase.ts';
import type { Incoming } from '../../../http/message.ts';

/** A token that goes along in the credential's place, and as secret as that. */
export interface Minted {
  readonly value: Secret;
  /** Until when it is used, by this machine's clock, in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Its issuer does not say when it ends: it is renewed at `expiresAt`, and the API may take it for much longer. */
  readonly endless?: true;
  /** What must be stored in the credential's place before it is used again: a new refresh token, and this token. */
  readonly keep?: RetainedCredential;
}

export interface RetainedCredential {
  readonly value: Secret;
  /** When the refresh token ends, where the provider says so. */
  readonly expiresAt?: number;
}

/** One request for a token. */
export interface TokenRequest {
  readonly url: Pick<BaseUrl, 'origin' | 'hostname' | 'host' | 'port' | 'protocol' | 'prefix' | 'text'>;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** It uses up the refresh token: once sent, its answer is waited for, whatever happens to the call. */
  readonly consumes: boolean;
}

/** What it takes to mint a token. */
export interface Mint {
  readonly service: Service;
  /** Milliseconds since the epoch by this machine's clock, and by the clock of whoever is at an origin. */
  now(origin?: string): number;
  /** Through the gateway's own transport. Rejects with a {@link MintError} when there is no answer. */
  send(request: TokenRequest): Promise<Incoming>;
  /** Makes known what was made on the way, so that it is taken out of answers until then. */
  hold(value: Secret, until: number): void;
}

/** After how long a token is renewed whose issuer does not say when it ends: RFC 6749 section 5.1 leaves it open. */
export const DEFAULT_LIFE_MS = 60 * 60_000;

/** A century: what is to live longer has no date that could be shown, nor one that could be stored. */
const MAX_LIFE_S = 100 * 365 * 24 * 60 * 60;

/** How long something lives by an issuer's word, as number or text; undefined where that says nothing. */
export function lifeSeconds(word: unknown): number | undefined {
  const seconds = typeof word === 'string' && word.trim() !== '' ? Number(word) : word;
  return typeof seconds === 'number' && seconds >= 0 ? Math.min(seconds, MAX_LIFE_S) : undefined;
}

/** An hour: an issuer that says more is asked again all the same, so that a mistake of its own does not last. */
const MAX_RETRY_MS = 60 * 60_000;

/**
 * Why there is no token. `outage`: the provider may do it later, and the credential is untouched. `refused`: it will
 * not, for the reason `code`, which is one of the provider's own short words.
 */
export class MintError extends Error {
  readonly kind: 'outage' | 'refused';
  readonly code: string;
  readonly why: Phrase;
  readonly retryAfterMs: number | undefined;

  constructor(kind: 'outage' | 'refused', code: string, why: Phrase, retryAfterMs?: number) {
    super(inEnglish(why));
    this.why = why;
    this.kind = kind;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Hardly a server takes a header that is longer, and many take half of it. */
export const MAX_TOKEN_CHARS = 16 * 1024;

/** Whether a request can carry a token. */
export function fitsRequest(value: Secret): boolean {
  return value.length <= MAX_TOKEN_CHARS && fitsHeader(value);
}

/** Throws for a token that no request can carry. */
export function checkToken(value: Secret): void {
  if (fitsRequest(value)) return;
  const code = value.length > MAX_TOKEN_CHARS ? 'token_too_long' : 'token_unfit';
  throw new MintError('refused', code, phrase`no request can carry its token`);
}

/** Tokens that are looked for in one answer; three is what issuers give. */
const MAX_TOKENS = 20;

/** What came along with a token is looked for this long at least: as long as any credential that was replaced. */
const BESIDE_MS = 24 * 60 * 60_000;

/**
 * Every token in a token endpoint's answer, with how long to look for it: ID tokens that nobody asked for, too, and those of
 * an answer that is refused in the end. The endpoint may belong to an API that shows what it answered. Of one that is longer
 * than any that can be used, the beginning: the rest is worth nothing without it.
 */
export function tokensOf(body: Buffer): readonly { readonly value: Secret; readonly lifeMs: number }[] {
  const found: { value: Secret; lifeMs: number }[] = [];
  const parts: unknown[] = [jsonOf(body)];
  while (parts.length > 0 && found.length < MAX_TOKENS) {
    const part = parts.pop();
    if (typeof part !== 'object' || part === null) continue;
    const lifeMs = Math.max(BESIDE_MS, (lifeSeconds((part as { expires_in?: unknown }).expires_in) ?? 0) * 1000);
    for (const [name, value] of Object.entries(part)) {
      if (typeof value === 'string' && /token$/i.test(name)) {
        found.push({ value: new Secret(value.slice(0, MAX_TOKEN_CHARS)), lifeMs });
      } else parts.push(value);
    }
  }
  return found.slice(0, MAX_TOKENS);
}

/** Provider's words for "not now" (RFC 6749 section 4.1.2.1, RFC 8628 section 3.5). */
const PASSING: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error', 'slow_down']);

/** Throws what a token endpoint's answer says, unless it is a good one. The provider's prose is not repeated. */
export function checkTokenAnswer({ status, headers, body }: Incoming): void {
  if (status >= 200 && status < 300) return;
  const code = errorCode(body) ?? `http_${status}`;
  if (status >= 500 || status === 408 || status === 429 || PASSING.has(code)) {
    const seconds = Number(headers.find(([name]) => name === 'retry-after')?.[1]);
    throw new MintError(
      'outage',
      code,
      phrase`it answered ${status}`,
      seconds > 0 ? Math.min(seconds * 1000, MAX_RETRY_MS) : undefined,
    );
  }
  throw new MintError('refused', code, phrase`it answered ${status} (${code})`);
}

function errorCode(body: Buffer): string | undefined {
  const error = (jsonOf(body) as { error?: unknown } | null)?.error;
  return typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? error : undefined;
}

/** The parsed body, or null for one that is not JSON. */
export function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
