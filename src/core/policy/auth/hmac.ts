import type { HmacAuth } from '../model/auth.ts';
import type { AuthReader } from './authReader.ts';

export const HMAC_KEYS = [
  'hash',
  'encoding',
  'sign',
  'name',
  'prefix',
  'timestampHeader',
  'timestampFormat',
  'nonceHeader',
  'keyEncoding',
] as const;

/** What the string to sign may name. */
export const HMAC_PLACEHOLDERS = [
  'method',
  'host',
  'target',
  'path',
  'query',
  'body',
  'bodySha256',
  'timestamp',
  'nonce',
  'newline',
] as const;
export type HmacPlaceholder = (typeof HMAC_PLACEHOLDERS)[number];

export function readHmac(reader: AuthReader): HmacAuth | undefined {
  const hash = reader.word('hash', ['sha256', 'sha512', 'sha1']) ?? 'sha256';
  const encoding = reader.word('encoding', ['hex', 'base64']) ?? 'hex';
  reader.require('sign', 'sign: "{timestamp}.{body}"');
  reader.require('name', 'name: X-Signature');
  const name = reader.header('name');
  const sign = reader.text('sign', { pattern: /^.{1,512}$/, says: '1 to 512 characters' }) ?? '';
  const prefix = reader.text(
    'prefix',
    { pattern: /^[\x21-\x7e][\x20-\x7e]{0,127}$/, says: '1 to 128 printable ASCII characters, such as "sha256="' },
    'bad-auth-prefix',
  );
  const timestampHeader = reader.header('timestampHeader', { reserved: true });
  const timestampFormat = reader.word('timestampFormat', ['seconds', 'milliseconds', 'iso']);
  const nonceHeader = reader.header('nonceHeader', { reserved: true });
  const keyEncoding = reader.word('keyEncoding', ['text', 'base64', 'hex']);
  for (const [field, text, known] of [
    ['sign', sign, HMAC_PLACEHOLDERS],
    ['prefix', prefix ?? '', ['timestamp', 'nonce']],
  ] as const) {
    const unknown = [...text.matchAll(/\{([^{}]*)\}/g)].find(([, one]) => !known.some((other) => other === one));
    if (unknown) {
      reader.wrong(field, `\`auth.${field}\` has a placeholder that is not known. Known: ${known.join(', ')}.`);
    }
  }
  if (reader.sound && !/\{(?:body|bodySha256|target|path)\}/.test(sign)) {
    reader.wrong('sign', '`auth.sign` covers nothing of the request. Name {target} or {path}, and {body}.');
  }
  if (!reader.sound || name === undefined) return undefined;
  return {
    type: 'hmac',
    hash,
    encoding,
    sign,
    name,
    ...(prefix === undefined ? {} : { prefix }),
    ...(timestampHeader === undefined ? {} : { timestampHeader }),
    ...(timestampFormat === undefined ? {} : { timestampFormat }),
    ...(nonceHeader === undefined ? {} : { nonceHeader }),
    ...(keyEncoding === undefined ? {} : { keyEncoding }),
  };
}
