import type { Phrase } from '../../text/phrase.ts';
/** The methods a policy can name, in upper case. Nothing else is ever sent. */
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export type Method = (typeof METHODS)[number];

/** Those whose requests change nothing (RFC 9110, 9.2.1). */
export const SAFE_METHODS: ReadonlySet<unknown> = new Set<Method>(['GET', 'HEAD', 'OPTIONS']);

/** A scalar query value as an agent may give it; arrays repeat the key. */
export type QueryScalar = string | number | boolean;

/** What an agent asks: the arguments of `read` and `execute`, before anything was checked. */
export interface RequestInput {
  readonly service: string;
  readonly method: string;
  /** Relative to the service's base URL; may carry a query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, QueryScalar | null | readonly QueryScalar[]>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly json?: unknown;
  /** An object, or the form as it is written out (`to=a&to=b`). */
  readonly form?: Readonly<Record<string, unknown>> | string | undefined;
  readonly text?: string | undefined;
}

/** One request in the only form that is judged and sent. */
export interface CanonicalRequest {
  readonly service: string;
  readonly method: Method;
  /** The canonical path below the base URL's prefix: what patterns are matched against. Starts with `/`. */
  readonly path: string;
  /** `path` without its first slash, split at `/`. A final slash gives a final empty segment; `/` gives `['']`. */
  readonly segments: readonly string[];
  /** Decoded query parameters in their order, duplicates kept. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** What goes into the request line, byte for byte: prefix, path and query. ASCII only. */
  readonly target: string;
  /** The caller's headers that go along, lower-case names, in order, and the vendor headers that policy sets. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: CanonicalBody | undefined;
}

export interface CanonicalBody {
  readonly kind: 'json' | 'form' | 'text';
  /** The exact text that is sent, as UTF-8. */
  readonly text: string;
}

/** Why a request was refused before policy judged it. */
export interface RequestProblem {
  readonly code: 'invalid_request' | 'request_too_large';
  /** One sentence: what is wrong, naming the part (path, query, header, body). Never holds a credential. */
  readonly message: Phrase;
  /** What the caller should do instead. */
  readonly nextStep: Phrase;
}
