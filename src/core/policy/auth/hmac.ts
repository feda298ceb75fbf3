import { phrase } from '../../text/phrase.ts';
import type { AuthReader } from './authReader.ts';
import type { AuthType } from './authType.ts';
import { NAME_KEY, PREFIX_KEY } from './header.ts';

/** A signature over parts of the request, in a header. */
export interface HmacAuth {
  readonly type: 'hmac';
  readonly hash: 'sha256' | 'sha512' | 'sha1';
  readonly encoding: 'hex' | 'base64';
  /** What is signed, with placeholders such as `{timestamp}` and `{body}`. */
  readonly sign: string;
  readonly name: string;
  /** Stands before the signature in the header, with the same placeholders but those of the body. */
  readonly prefix?: string;
  readonly timestampHeader?: string;
  readonly timestampFormat?: 'seconds' | 'milliseconds' | 'iso';
  readonly nonceHeader?: string;
  /** How the credential spells the key; `text` when left out. */
  readonly keyEncoding?: 'text' | 'base64' | 'hex';
}

const HASHES = ['sha256', 'sha512', 'sha1'] as const;
const ENCODINGS = ['hex', 'base64'] as const;
const TIMESTAMP_FORMATS = ['seconds', 'milliseconds', 'iso'] as const;
const KEY_ENCODINGS = ['text', 'base64', 'hex'] as const;

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

export const HMAC: AuthType<HmacAuth> = {
  keys: [
    { name: 'hash', takes: 'word', words: phrase`The hash of the signature.`, values: HASHES },
    { name: 'encoding', takes: 'word', words: phrase`How the signature is encoded.`, values: ENCODINGS },
    { name: 'sign', takes: 'text', words: phrase`What is signed, with placeholders such as {timestamp} and {body}.` },
    NAME_KEY,
    PREFIX_KEY,
    { name: 'timestampHeader', takes: 'text', words: phrase`The header with the time.` },
    { name: 'timestampFormat', takes: 'word', words: phrase`The format of the time.`, values: TIMESTAMP_FORMATS },
    { name: 'nonceHeader', takes: 'text', words: phrase`The header with a nonce, which is different each time.` },
    {
      name: 'keyEncoding',
      takes: 'word',
      words: phrase`How the key is encoded in the credential.`,
      values: KEY_ENCODINGS,
    },
  ],
  read,
  placement: ({ hash, name, sign }) => `hmac:${hash}:${name.toLowerCase()}:${sign}`,
  headers: ({ name, timestampHeader, nonceHeader }) =>
    [name, timestampHeader, nonceHeader].flatMap((one) => (one === undefined ? [] : [one.toLowerCase()])),
};

function read(reader: AuthReader): HmacAuth | undefined {
  const hash = reader.word('hash', HASHES) ?? 'sha256';
  const encoding = reader.word('encoding', ENCODINGS) ?? 'hex';
  reader.require('sign', 'sign: "{timestamp}.{body}"');
  reader.require('name', 'name: X-Signature');
  const name = reader.header('name');
  const sign = reader.text('sign', { pattern: /^.{1,512}$/, says: phrase`1 to 512 characters` }) ?? '';
  const prefix = reader.text(
    'prefix',
    {
      pattern: /^[\x21-\x7e][\x20-\x7e]{0,127}$/,
      says: phrase`1 to 128 printable ASCII characters, such as "sha256="`,
    },
    'bad-auth-prefix',
  );
  const timestampHeader = reader.header('timestampHeader', { reserved: true });
  const timestampFormat = reader.word('timestampFormat', TIMESTAMP_FORMATS);
  const nonceHeader = reader.header('nonceHeader', { reserved: true });
  const keyEncoding = reader.word('keyEncoding', KEY_ENCODINGS);
  for (const [field, text, known] of [
    ['sign', sign, HMAC_PLACEHOLDERS],
    ['prefix', prefix ?? '', ['timestamp', 'nonce']],
  ] as const) {
    const unknown = [...text.matchAll(/\{([^{}]*)\}/g)].find(([, one]) => !known.some((other) => other === one));
    if (unknown) {
      reader.wrong(
        field,
        phrase`\`auth.${field}\` has an unknown placeholder. Known placeholders: ${known.join(', ')}.`,
      );
    }
  }
  if (reader.sound && !/\{(?:body|bodySha256|target|path)\}/.test(sign)) {
    reader.wrong(
      'sign',
      phrase`\`auth.sign\` does not cover any part of the request. Include {target} or {path}, and {body}.`,
    );
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
