import { createPrivateKey, type KeyObject } from 'node:crypto';
import * as z from 'zod/mini';
import { parseJson } from '../../core/parseJson.ts';
import type { Auth } from '../../core/policy/auth/authTypes.ts';
import type { Secret } from '../../core/secret.ts';
import { inEnglish, type Phrase, phrase } from '../../core/text/phrase.ts';

/**
 * What the credentials of the types that sign or exchange are made of. Each is opened for one signature or one token
 * request and not kept. docs/auth.md says what the user enters for each type.
 */

/** The stored credential is not what its type needs. What it says is for people and quotes nothing of it. */
export class PayloadError extends Error {
  /** A clause, with no full stop. */
  readonly why: Phrase;

  constructor(why: Phrase) {
    super(inEnglish(why));
    this.why = why;
  }
}

const line = z.string().check(z.minLength(1));

const oauth2Schema = z.strictObject({
  clientSecret: z.optional(line),
  refreshToken: z.optional(line),
  accessToken: z.optional(line),
  /** Milliseconds since the epoch. */
  accessTokenExpiresAt: z.optional(z.number()),
});
export type OAuth2Payload = z.infer<typeof oauth2Schema>;

/** As `aws configure export-credentials` and STS print it. */
const printedAwsSchema = z.object({
  AccessKeyId: line,
  SecretAccessKey: line,
  SessionToken: z.optional(line),
  Expiration: z.optional(line),
});
const awsSchema = z.union([
  z.object({
    accessKeyId: line,
    secretAccessKey: line,
    sessionToken: z.optional(line),
    expiration: z.optional(line),
  }),
  z.pipe(
    printedAwsSchema,
    z.transform((printed: z.infer<typeof printedAwsSchema>) => ({
      accessKeyId: printed.AccessKeyId,
      secretAccessKey: printed.SecretAccessKey,
      sessionToken: printed.SessionToken,
      expiration: printed.Expiration,
    })),
  ),
]);
type AwsPayload = z.infer<typeof awsSchema>;

const googleSchema = z.object({
  type: z.literal('service_account'),
  client_email: line,
  private_key: line,
  private_key_id: z.optional(line),
});
interface GooglePayload {
  readonly email: string;
  readonly key: KeyObject;
  readonly keyId?: string;
}

/** A plain text is the client secret (client credentials) or the refresh token of a public client (all others). */
export function oauth2Payload(auth: Auth & { readonly type: 'oauth2' }, value: Secret): OAuth2Payload {
  const text = opened(value);
  if (!text.startsWith('{')) {
    return auth.grant === 'client_credentials' ? { clientSecret: text } : { refreshToken: text };
  }
  const payload = parsed(oauth2Schema, text, phrase`JSON with clientSecret and refreshToken`);
  if (auth.grant === 'client_credentials' && payload.clientSecret === undefined) {
    throw new PayloadError(phrase`the value has no clientSecret`);
  }
  if (auth.grant === 'refresh_token' && payload.refreshToken === undefined) {
    throw new PayloadError(phrase`the value has no refreshToken`);
  }
  return payload;
}

/** The client secret in what a sign-in goes with: that alone, or what an earlier sign-in left; undefined for a public client. */
export function clientSecretOf(value: Secret): string | undefined {
  const text = opened(value);
  if (!text.startsWith('{')) return text === '' ? undefined : text;
  return parsed(oauth2Schema, text, phrase`JSON with clientSecret and refreshToken`).clientSecret;
}

export function awsPayload(value: Secret): AwsPayload {
  return parsed(awsSchema, opened(value), phrase`JSON with accessKeyId and secretAccessKey`);
}

export function googlePayload(value: Secret): GooglePayload {
  const file = parsed(googleSchema, opened(value), phrase`the JSON key file of a service account`);
  return {
    email: file.client_email,
    key: privateKey(file.private_key, 'RSA'),
    ...(file.private_key_id === undefined ? {} : { keyId: file.private_key_id }),
  };
}

/** PEM in PKCS #8 or, as GitHub gives it, PKCS #1. */
export function pemPayload(value: Secret, kind: KeyKind): KeyObject {
  return privateKey(opened(value), kind);
}

/** A value that is used as it is: an authorization code, a PKCE verifier. */
export function plainPayload(value: Secret): string {
  return opened(value);
}

/** The bytes of a shared key. */
export function sharedKey(value: Secret, encoding: 'text' | 'base64' | 'hex'): Buffer {
  return Buffer.from(opened(value), encoding === 'text' ? 'utf8' : encoding);
}

export type KeyKind = 'RSA' | 'P-256' | 'Ed25519';

const KEY_TYPES: Readonly<Record<KeyKind, string>> = { RSA: 'rsa', 'P-256': 'ec', Ed25519: 'ed25519' };

function privateKey(pem: string, kind: KeyKind): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem.replaceAll('\\n', '\n'));
  } catch {
    // OpenSSL's own words may quote what it read.
    throw new PayloadError(
      phrase`the value is not a private key in PEM form without a passphrase (-----BEGIN PRIVATE KEY-----)`,
    );
  }
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType !== KEY_TYPES[kind] || (kind === 'P-256' && curve !== 'prime256v1')) {
    throw new PayloadError(phrase`the value is not the private key of an ${kind} pair, which this algorithm needs`);
  }
  return key;
}

function parsed<T>(schema: z.ZodMiniType<T>, text: string, what: Phrase): T {
  const result = schema.safeParse(parseJson(text));
  if (!result.success) throw new PayloadError(phrase`the value is not ${what}`);
  return result.data;
}

/** The one way of a value into a signature, a JWT or a token request. */
function opened(value: Secret): string {
  return value.expose('sign').trim();
}

const KEY_KINDS = { RS256: 'RSA', ES256: 'P-256', EdDSA: 'Ed25519' } as const;

/** The key that signs a JWT of this algorithm. */
export function jwtKey(alg: keyof typeof KEY_KINDS | 'HS256', value: Secret): KeyObject | Uint8Array {
  return alg === 'HS256' ? sharedKey(value, 'text') : pemPayload(value, KEY_KINDS[alg]);
}

/** Why a value cannot be the credential of this type, in a clause that does not quote it; undefined when it can. */
export function payloadProblem(auth: Auth, value: Secret): Phrase | undefined {
  try {
    openFor(auth, value);
    return undefined;
  } catch (error) {
    if (error instanceof PayloadError) return error.why;
    throw error;
  }
}

/** When the credential itself ends by what it says, in milliseconds since the epoch: nothing renews it then. */
export function endOfPayload(auth: Auth, value: Secret): number | undefined {
  try {
    if (auth.type === 'aws-sigv4') {
      const time = Date.parse(awsPayload(value).expiration ?? '');
      return Number.isNaN(time) ? undefined : time;
    }
    if (auth.type === 'oauth2') {
      const payload = oauth2Payload(auth, value);
      return payload.refreshToken === undefined ? payload.accessTokenExpiresAt : undefined;
    }
    return undefined;
  } catch (error) {
    if (error instanceof PayloadError) return undefined;
    throw error;
  }
}

function openFor(auth: Auth, value: Secret): void {
  switch (auth.type) {
    case 'oauth2':
      oauth2Payload(auth, value);
      return;
    case 'aws-sigv4':
      awsPayload(value);
      return;
    case 'github-app':
      pemPayload(value, 'RSA');
      return;
    case 'google-service-account':
      googlePayload(value);
      return;
    case 'jwt':
      jwtKey(auth.alg, value);
      return;
    case 'hmac':
      if (sharedKey(value, auth.keyEncoding ?? 'text').length < 8) {
        throw new PayloadError(phrase`the value is not a key of 8 bytes or more in ${auth.keyEncoding ?? 'text'}`);
      }
      return;
    default:
      return;
  }
}
