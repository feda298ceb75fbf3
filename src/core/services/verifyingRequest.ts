/** A harmless request that shows whether an API takes a credential, and how to read the answer. */
export interface VerifyingRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  /** Relative to the service's base URL; may carry a query. */
  readonly path: string;
  readonly json?: unknown;
  /** JSON Pointer (RFC 6901) to what is `true` in a good answer, for APIs that answer 200 to a wrong credential too. */
  readonly proof?: string;
  /** For APIs that answer 403 to a wrong credential as well, so that it tells nothing. */
  readonly vague403?: true;
  /** Where a good answer says when the credential ends: the name of a header, or a JSON Pointer. */
  readonly expiry?: { readonly header: string } | { readonly pointer: string };
}
