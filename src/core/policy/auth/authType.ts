import type { Phrase } from '../../text/phrase.ts';
import type { AuthReader } from './authReader.ts';

/** One key that an `auth` may have beside `type`. */
export interface AuthKey {
  readonly name: string;
  /** One sentence, for completion, hover and the JSON schema. */
  readonly words: Phrase;
  /** An `id` is a text or a whole number without quotes; a `word` is one of `values`. */
  readonly takes: 'text' | 'word' | 'id' | 'list' | 'map';
  /** The words that it may be; of a text, some that it may be; of a map, what stands in it. */
  readonly values?: readonly string[];
}

/**
 * All that the policy language knows of one auth type: whoever reads, describes or judges an `auth` takes it from here.
 * What makes a request of it is the gateway's, and what asks for it the extension's.
 */
export interface AuthType<OneAuth> {
  /** What it takes beside `type`. */
  readonly keys: readonly AuthKey[];
  /** Undefined when something is wrong, which is then said. */
  read(reader: AuthReader): OneAuth | undefined;
  /**
   * Where a credential, and what is made of it, goes: one line of text, which a binding compares beside the origin. It
   * names whoever gets the value itself (a token endpoint, as which client) and how it is used; what a token may do
   * (scopes, claims, permissions) is the review's matter.
   */
  placement(auth: OneAuth): string;
  /** The headers that carry the credential and what belongs to it, in lower case: no caller sends one. */
  headers(auth: OneAuth): readonly string[];
  /** Headers that callers may send beyond the standard ones, in lower case: what the API's requests are told apart by. */
  readonly callerHeaders?: readonly string[];
  /** The origins, beside the service's own, that get a credential or what is made of it. */
  origins?(auth: OneAuth): readonly string[];
}

/** What carries a bearer token. */
export const authorizationAlone = (): readonly string[] => ['authorization'];
