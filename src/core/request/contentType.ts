import { ok, type Result } from '../result.ts';
import { phrase } from '../text/phrase.ts';
import type { CanonicalBody, RequestProblem } from './parts/requestModel.ts';
import { invalid } from './parts/requestProblem.ts';

/** RFC 9110, 5.6.2. */
export const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** `x-amz-json-1.0` and `1.1` are what AWS calls JSON. */
const JSON_TYPE = /^application\/(?:json|x-amz-json-\d\.\d|[^;]+\+json)$/;
/** What servers take for JSON although it is called otherwise. Line-delimited JSON is text: one document a line. */
const LIKE_JSON = /(?:\/|\+|[/.-]x-)json$|\/x-amz-json|^text\/(?:x-)?json|\/(?:json5|jsonc)$/;
/** Some readers of forms go by a part of the type's name, wherever it stands (Formidable). */
const LIKE_FORM = /urlencoded/;
const LIKE_PARTS = /multipart|form-data|^message\//;
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
 * is; `json` goes out as `application/json`, AWS's name for it or `application/*+json`, `form` as `application/x-www-form-urlencoded`,
 * `text` as anything that no server parses as either. The charset is UTF-8. A form without a field has no type of its own: an API
 * that takes no body with a DELETE refuses one that is announced.
 */
export function contentType(
  asked: string | undefined,
  body: CanonicalBody | undefined,
): Result<string | undefined, RequestProblem> {
  const kind = body?.kind;
  if (asked === undefined) return ok(kind === 'form' && body?.text === '' ? undefined : defaultType(kind));
  const type = parseMediaType(asked);
  if (type === undefined) {
    return invalid(
      phrase`The header content-type is not a media type.`,
      phrase`Write it as type/subtype, or leave it out.`,
    );
  }
  if (type.charset !== undefined && type.charset.toLowerCase() !== 'utf-8') {
    return invalid(phrase`The header content-type names a charset other than UTF-8.`, phrase`Leave the charset out.`);
  }
  switch (kind) {
    case undefined:
      return ok(type.text);
    case 'json':
      return JSON_TYPE.test(type.essence) && !LIKE_FORM.test(type.essence) && !LIKE_PARTS.test(type.essence)
        ? ok(type.text)
        : mismatch('`json`', 'application/json, application/x-amz-json-1.0 or application/*+json');
    case 'form':
      return type.essence === FORM_TYPE ? ok(FORM_TYPE) : mismatch('`form`', FORM_TYPE);
    case 'text':
      return textType(type);
  }
}

/** Whether a `content-type` is the one of forms. */
export function isFormType(text: unknown): boolean {
  return typeof text === 'string' && parseMediaType(text)?.essence === FORM_TYPE;
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
    return invalid(
      phrase`The header content-type says JSON, but the body is \`text\`.`,
      phrase`Send the body as \`json\`.`,
    );
  }
  if (LIKE_FORM.test(type.essence)) {
    return invalid(
      phrase`The header content-type says form, but the body is \`text\`.`,
      phrase`Send the body as \`form\`.`,
    );
  }
  if (LIKE_PARTS.test(type.essence)) {
    return invalid(
      phrase`The header content-type names a multipart body, which cannot be sent.`,
      phrase`Send \`json\`, \`form\` or \`text\`.`,
    );
  }
  const bare = type.essence.startsWith('text/') && type.charset === undefined;
  return ok(bare ? `${type.text}; charset=utf-8` : type.text);
}

function mismatch(part: string, types: string): ReturnType<typeof invalid> {
  return invalid(
    phrase`The header content-type does not match the body, which is ${part}.`,
    phrase`Leave content-type out: ${part} is sent as ${types}.`,
  );
}

function parseMediaType(text: string): MediaType | undefined {
  const end = text.indexOf(';');
  const [type = '', subtype = '', extra] = (end === -1 ? text : text.slice(0, end)).trim().toLowerCase().split('/');
  if (extra !== undefined || !isPlainToken(type) || !isPlainToken(subtype)) return undefined;
  const parameters = end === -1 ? new Map<string, string>() : parametersIn(text, end + 1);
  if (parameters === undefined) return undefined;
  const written = [...parameters].map(([name, value]) => `; ${name}=${TOKEN.test(value) ? value : quoted(value)}`);
  return {
    essence: `${type}/${subtype}`,
    charset: parameters.get('charset'),
    text: `${type}/${subtype}${written.join('')}`,
  };
}

/**
 * The parameters from here on, by names in lower case; undefined where one cannot be read, is empty or comes twice. A
 * semicolon at the end is left out. Each character is looked at once.
 */
function parametersIn(text: string, start: number): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  let at = afterSpace(text, start);
  while (at < text.length) {
    const equals = text.indexOf('=', at);
    const name = text.slice(at, Math.max(equals, at)).toLowerCase();
    const value = text[equals + 1] === '"' ? quotedAt(text, equals + 1) : tokenAt(text, equals + 1);
    if (!TOKEN.test(name) || value === undefined || value.text === '' || parameters.has(name)) return undefined;
    parameters.set(name, value.text);
    at = afterSpace(text, value.end);
    if (at === text.length) return parameters;
    if (text[at] !== ';') return undefined;
    at = afterSpace(text, at + 1);
  }
  return parameters;
}

interface ReadValue {
  readonly text: string;
  /** Where what follows begins. */
  readonly end: number;
}

function tokenAt(text: string, start: number): ReadValue | undefined {
  let end = start;
  while (end < text.length && text[end] !== ';' && !isSpace(text[end])) end += 1;
  const token = text.slice(start, end);
  return TOKEN.test(token) ? { text: token, end } : undefined;
}

/** RFC 9110, 5.6.4. */
function quotedAt(text: string, start: number): ReadValue | undefined {
  let value = '';
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '"') return { text: value, end: at + 1 };
    if (text[at] === '\\') at += 1;
    value += text[at] ?? '';
  }
  return undefined;
}

function afterSpace(text: string, start: number): number {
  let at = start;
  while (isSpace(text[at])) at += 1;
  return at;
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}

function isPlainToken(text: string): boolean {
  return TOKEN.test(text) && !text.includes('*');
}

function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
