import { AssertionError } from 'node:assert';
import { errors } from 'undici';
import { errorCode } from '../../core/errorText.ts';
import { inEnglish, type Phrase, phrase } from '../../core/text/phrase.ts';
import type { Sent } from '../call/model/refusals.ts';

export type TransportFailure = 'address' | 'unreachable' | 'tls' | 'too_large' | 'aborted';

/** Why there is no answer, and whether the request may have reached the API. `detail` is our own text. */
export class TransportError extends Error {
  readonly failure: TransportFailure;
  readonly sent: Sent;
  readonly detail: Phrase;

  constructor(failure: TransportFailure, sent: Sent, detail: Phrase, options?: ErrorOptions) {
    super(`${failure}: ${inEnglish(detail)}`, options);
    this.failure = failure;
    this.sent = sent;
    this.detail = detail;
  }
}

/** The head of an answer is over one of the sizes below, which no policy changes. */
export class HeadTooLargeError extends TransportError {
  constructor(detail: Phrase, options?: ErrorOptions) {
    super('too_large', 'yes', detail, options);
  }
}

/**
 * A connection that had carried another request ended before a byte of the answer came: the other side had most likely
 * closed it already.
 */
export class ClosedMeanwhileError extends TransportError {
  constructor({ sent, detail, cause }: TransportError) {
    super('unreachable', sent, detail, { cause });
  }
}

/** The name resolves to nothing that this kind of network may use. */
export class AddressRefusedError extends Error {}

/** Longest head of an answer, in bytes, and most fields in it. */
export const MAX_HEADER_BYTES = 32 * 1024;
export const MAX_HEADER_FIELDS = 500;

/** Why there is no answer, where something else came. */
export const NOT_HTTP = phrase`it did not answer in HTTP`;
export const ONLY_INTERIM = phrase`it sent nothing but interim answers (1xx)`;
export const OTHER_PROTOCOL = phrase`it switched to another protocol without being asked`;

/** What undici says of a proxy that made no way to the API. */
const PROXY_REFUSED = /^Proxy response \((\d{3})\)/;

function proxyProblem(status: string): Phrase {
  return status === '407'
    ? phrase`the proxy in between wants a user name and a password (407)`
    : phrase`the proxy in between made no connection to it (${status})`;
}

/** Sorts an error of undici, node:net or node:tls into our own few, with a text of our own. */
export function explain(error: unknown, sent: Sent): unknown {
  if (error instanceof TransportError) return error;
  const cause = rootCause(error);
  if (cause instanceof AddressRefusedError) return new TransportError('address', 'no', phrase`${cause.message}`);
  if (cause instanceof errors.HeadersOverflowError) {
    return new HeadTooLargeError(phrase`more than ${MAX_HEADER_BYTES} bytes of headers`, { cause });
  }
  if (cause instanceof errors.HTTPParserError) {
    return new TransportError('unreachable', sent, NOT_HTTP, { cause });
  }
  if (cause instanceof errors.SocketError && cause.message === 'bad upgrade') {
    return new TransportError('unreachable', sent, OTHER_PROTOCOL, { cause });
  }
  const refusedBy = cause instanceof errors.RequestAbortedError ? PROXY_REFUSED.exec(cause.message)?.[1] : undefined;
  if (refusedBy !== undefined) return new TransportError('unreachable', 'no', proxyProblem(refusedBy), { cause });
  // What undici's own assertions make of an answer that its parser let through.
  if (cause instanceof AssertionError && sent !== 'no') {
    return new TransportError('unreachable', sent, NOT_HTTP, { cause });
  }
  const code = errorCode(cause);
  if (code === undefined) return error; // one of ours, thrown by beforeWrite, or a defect
  const tlsDetail = sent === 'no' ? tlsProblem(code) : undefined;
  if (tlsDetail !== undefined) return new TransportError('tls', 'no', tlsDetail, { cause });
  return new TransportError('unreachable', sent, networkProblem(code), { cause });
}

function rootCause(error: unknown): unknown {
  let current = error;
  for (let depth = 0; depth < 8; depth++) {
    if (current instanceof AggregateError && current.errors.length > 0) current = current.errors[0];
    else if (current instanceof Error && current.cause instanceof Error) current = current.cause;
    else break;
  }
  return current;
}

/** Verification results of OpenSSL as Node names them (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const CERTIFICATE_CODES = new Map([
  ['CERT_HAS_EXPIRED', phrase`its certificate has expired`],
  ['CERT_NOT_YET_VALID', phrase`its certificate is not valid yet`],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', phrase`its certificate is self-signed`],
  ['SELF_SIGNED_CERT_IN_CHAIN', phrase`its certificate chain ends in an unknown, self-signed one`],
  ['UNABLE_TO_GET_ISSUER_CERT', phrase`the issuer of its certificate is unknown`],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', phrase`the issuer of its certificate is unknown`],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', phrase`its certificate cannot be verified`],
  ['ERR_TLS_CERT_ALTNAME_INVALID', phrase`its certificate is for another name`],
]);

function tlsProblem(code: string): Phrase | undefined {
  return (
    CERTIFICATE_CODES.get(code) ??
    (/^(ERR_SSL_|ERR_TLS_|CERT_|EPROTO$)/.test(code) ? phrase`the TLS handshake failed (${code})` : undefined)
  );
}

const NETWORK_CODES = new Map([
  // The caller's headers were checked, so that it is the credential's.
  ['UND_ERR_INVALID_ARG', phrase`the credential contains a character that an HTTP header cannot carry`],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', phrase`its answer does not have the length that it announced`],
  ['UND_ERR_RES_EXCEEDED_MAX_SIZE', phrase`its answer does not have the length that it announced`],
  ['ENOTFOUND', phrase`its name does not resolve`],
  ['EAI_AGAIN', phrase`its name could not be looked up right now`],
  ['ECONNREFUSED', phrase`the connection was refused`],
  ['ECONNRESET', phrase`the other side closed it`],
  ['UND_ERR_SOCKET', phrase`the other side closed it`],
  ['UND_ERR_CONNECT_TIMEOUT', phrase`the connection was not made in time`],
  ['ETIMEDOUT', phrase`the connection was not made in time`],
  ['ENETUNREACH', phrase`there is no network route to it`],
  ['EHOSTUNREACH', phrase`there is no network route to it`],
]);

function networkProblem(code: string): Phrase {
  return NETWORK_CODES.get(code) ?? phrase`${code}`;
}
