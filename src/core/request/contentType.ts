import { ok, type Result } from '../result.ts';
import type { CanonicalBody, RequestProblem } from './model.ts';
import { invalid } from './problem.ts';

/** RFC 9110, 5.6.2. */
export const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

const PARAMETER = /^\s*([^=\s]+)=(?:"((?:[^"\\]|\\.)*)"|([^"\s]*))\s*$/;
const JSON_TYPE = /^application\/(?:json|[^;]+\+json)$/;
/** What servers take for JSON although it is called otherwise. Line-delimited JSON is text: one document a line. */
const LIKE_JSON = /(?:\/|\+|[/.-]x-)json$|^text\/(?:x-)?json|\/(?:json5|jsonc)$/;
const FORM_TYPE = 'application/x-www-form-urlencoded';

interface MediaType {
  /** `type/subtype` in lower case. */
  readonly essence: string;
  readonly charset: string | undefined;
  /** One spelling: lower-case names, quotes only where needed. */
  readonly text: string;
}

/**
 * The `content-type` of a request. `asked` is what the caller or the policy wants. Without a body it goes along as it
 * is; `json` goes out as `application/json` or `application/*+json`, `form` as `application/x-www-form-urlencoded`,
 * `text` as anything that no server parses as either. The charset is UTF-8.
 */
export function contentType(
  asked: string | undefined,
  kind: CanonicalBody['kind'] | undefined,
): Result<string | undefined, RequestProblem> {
  if (asked === undefined) return ok(defaultType(kind));
  const type = parseMediaType(asked);
  if (type === undefined) {
    return invalid('The header content-type is not a media type.', 'Write it as type/subtype, or leave it out.');
  }
  if (type.charset !== undefined && type.charset.toLowerCase() !== 'utf-8') {
    return invalid('The header content-type names a charset other than UTF-8.', 'Leave the charset out.');
  }
  switch (kind) {
    case undefined:
      return ok(type.text);
    case 'json':
      return JSON_TYPE.test(type.essence)
        ? ok(type.text)
        : mismatch('`json`', 'application/json or application/*+json');
    case 'form':
      return type.essence === FORM_TYPE ? ok(FORM_TYPE) : mismatch('`form`', FORM_TYPE);
    case 'text':
      return textType(type);
  }
}

function defaultType(kind: CanonicalBody['kind'] | undefined): string | undefined {
  switch (kind) {
    case undefined:
      return undefined;
    case 'json':
      return 'application/json';
    case 'form':
      return FORM_TYPE;
    case 'text':
      return 'text/plain; charset=utf-8';
  }
}

function textType(type: MediaType): Result<string, RequestProblem> {
  if (LIKE_JSON.test(type.essence)) {
    return invalid('The header content-type says JSON, but the body is `text`.', 'Send the body as `json`.');
  }
  if (type.essence === FORM_TYPE) {
    return invalid('The header content-type says form, but the body is `text`.', 'Send the body as `form`.');
  }
  if (type.essence.startsWith('multipart/') || type.essence.startsWith('message/')) {
    return invalid(
      'The header content-type names a multipart body, which cannot be sent.',
      'Send `json`, `form` or `text`.',
    );
  }
  const bare = type.essence.startsWith('text/') && type.charset === undefined;
  return ok(bare ? `${type.text}; charset=utf-8` : type.text);
}

function mismatch(part: string, types: string): ReturnType<typeof invalid> {
  return invalid(
    `The header content-type does not fit the body, which is ${part}.`,
    `Leave content-type out: ${part} goes out as ${types}.`,
  );
}

function parseMediaType(text: string): MediaType | undefined {
  // A semicolon inside a quoted value does not end a parameter.
  const [essence = '', ...rest] = text.match(/(?:"(?:[^"\\]|\\.)*"|[^;"])+/g) ?? [];
  const [type = '', subtype = '', extra] = essence.trim().toLowerCase().split('/');
  if (extra !== undefined || !isPlainToken(type) || !isPlainToken(subtype)) return undefined;
  const parameters = new Map<string, string>();
  for (const part of rest) {
    const match = PARAMETER.exec(part);
    const name = match?.[1]?.toLowerCase() ?? '';
    const value = match?.[2]?.replace(/\\(.)/g, '$1') ?? match?.[3] ?? '';
    if (!TOKEN.test(name) || value === '' || parameters.has(name)) return undefined;
    if (match?.[3] !== undefined && !TOKEN.test(value)) return undefined;
    parameters.set(name, value);
  }
  // What the pieces do not account for (a stray quote) makes the whole unreadable.
  if ([essence, ...rest].join(';') !== text.replace(/;\s*$/, '')) return undefined;
  const written = [...parameters].map(([name, value]) => `; ${name}=${TOKEN.test(value) ? value : quoted(value)}`);
  return {
    essence: `${type}/${subtype}`,
    charset: parameters.get('charset'),
    text: `${type}/${subtype}${written.join('')}`,
  };
}

function isPlainToken(text: string): boolean {
  return TOKEN.test(text) && !text.includes('*');
}

function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
