import { hiddenQuery } from '../../request/parts/hiddenQuery.ts';
import { readJson } from '../../request/parts/jsonText.ts';
import { dottedSteps, foldedName } from '../../request/parts/parameters.ts';
import type { CanonicalRequest } from '../../request/parts/requestModel.ts';
import { foldText } from '../patterns/fold.ts';
import { nameRoots } from './fieldNames.ts';
import { JsonFields } from './jsonFields.ts';
import type { JudgedField } from './judgedField.ts';
import { namesInText } from './namesInText.ts';
import { formPairs, PairFields } from './pairFields.ts';
import { climbs, type TextReadings } from './textReadings.ts';
import type { WantedField } from './wantedField.ts';

/** What a condition reads of a request. */
export type JudgedParts = Pick<CanonicalRequest, 'segments' | 'query' | 'body'> &
  Partial<Pick<CanonicalRequest, 'headers'>>;

/**
 * Servers drop parameters behind their maximum without a word: PHP, Koa, Hapi, Express and qs behind the thousandth.
 * Far below it, no server’s maximum is in doubt.
 */
export const MAX_PARAMETERS = 100;

/** A larger body is not read at every decision, and so it satisfies no condition. In UTF-16 code units. */
const MAX_JUDGED = 1024 * 1024;

/** The same for one with more names in all its objects, or more items in all its lists. Of these, the first are kept. */
const JSON_LIMITS = { names: 20_000, items: 100_000, kept: 10_000 };

/** Names the operation in AWS's JSON protocols. */
const AMAZON_TARGET = 'x-amz-target';

/** Names it in AWS's Query protocol. */
const ACTION = { roots: ['action'] };

type Body = 'none' | 'unreadable' | PairFields | JsonFields;

/**
 * The fields of one request, taken apart once, when a condition first asks. What is judged is the very text that is
 * sent. Wherever a lenient server could read another value than a strict one, a field is `unclear`. The work is linear
 * in the request, and what each further condition costs does not depend on it.
 */
export class JudgedFields implements TextReadings {
  readonly #parts: JudgedParts;
  readonly #found = new Map<string, JudgedField>();
  readonly #folded = new Map<string, string>();
  readonly #climbing = new Map<string, boolean>();
  #tooMany: boolean | undefined;
  #queryRoots: ReadonlySet<string> | undefined;
  #pathRoots: ReadonlySet<string> | undefined;
  #elsewhere: ReadonlySet<string> | undefined;
  #textRoots: ReadonlySet<string> | 'many' | undefined;
  #query: { readonly fields: PairFields | undefined } | undefined;
  #body: Body | undefined;

  constructor(parts: JudgedParts) {
    this.#parts = parts;
  }

  get hasBody(): boolean {
    return this.#parts.body !== undefined;
  }

  /** Whether it has so many parameters and form fields that servers may drop some. */
  get tooMany(): boolean {
    this.#tooMany ??= hasTooMany(this.#parts);
    return this.#tooMany;
  }

  find(wanted: WantedField): JudgedField {
    const known = this.#found.get(wanted.key);
    if (known !== undefined) return known;
    const found = wanted.source === 'header' ? this.#header(wanted) : this.tooMany ? 'unclear' : this.#look(wanted);
    this.#found.set(wanted.key, found);
    return found;
  }

  /**
   * Whether a request without a body may say this field of one elsewhere: to many servers, parameters of the query are
   * those of a form, and some read them from the path. Also by a name with dots that leads to it (`amount.value`).
   */
  standsElsewhere({ roots }: WantedField): boolean {
    this.#elsewhere ??= new Set(
      [...this.#parts.query, ...hiddenQuery(this.#parts.segments)].flatMap(([name]) => [
        ...nameRoots(name),
        ...nameRoots(dottedSteps(foldedName(name))[0] ?? ''),
      ]),
    );
    const own = this.#elsewhere;
    return roots.some((root) => own.has(root));
  }

  /** {@link foldText}, once for each text. */
  readonly fold = (text: string): string => {
    const known = this.#folded.get(text);
    if (known !== undefined) return known;
    const folded = foldText(text);
    this.#folded.set(text, folded);
    return folded;
  };

  /** {@link climbs}, once for each text. */
  readonly climbs = (text: string): boolean => {
    const known = this.#climbing.get(text) ?? climbs(text);
    this.#climbing.set(text, known);
    return known;
  };

  /** Each is sent once, under one name: see callerHeaders.ts. */
  #header({ path: [name] }: WantedField): JudgedField {
    const header = this.#parts.headers?.find(([own]) => own === name);
    if (header === undefined) return 'absent';
    return name === AMAZON_TARGET && this.#namesAction() ? 'unclear' : { kind: 'text', text: header[1] };
  }

  /** Whether a request may be one of AWS's Query protocol, too, which some services speak beside JSON: there `Action` decides. */
  #namesAction(): boolean {
    const { body, query, segments } = this.#parts;
    return (
      body?.kind === 'form' ||
      (body?.kind === 'text' && this.#textHas(body.text, ACTION)) ||
      [...query, ...hiddenQuery(segments)].some(([name]) => foldedName(name) === 'action')
    );
  }

  /** Many servers read one name from the query and the body alike. */
  #look(wanted: WantedField): JudgedField {
    if (this.#pathHas(wanted)) return 'unclear';
    if (wanted.source === 'query') return this.#bodyHas(wanted) ? 'unclear' : this.#inQuery(wanted);
    return this.#queryHas(wanted) ? 'unclear' : this.#inBody(wanted);
  }

  #inQuery(wanted: WantedField): JudgedField {
    this.#query ??= { fields: PairFields.of(this.#parts.query) };
    return this.#query.fields?.find(wanted) ?? 'unclear';
  }

  #inBody(wanted: WantedField): JudgedField {
    const body = this.#readBody();
    if (body === 'none') return 'absent';
    return body === 'unreadable' ? 'unclear' : body.find(wanted);
  }

  #queryHas({ roots }: WantedField): boolean {
    this.#queryRoots ??= new Set(this.#parts.query.flatMap(([name]) => nameRoots(name)));
    const own = this.#queryRoots;
    return roots.some((root) => own.has(root));
  }

  /** Some servers read parameters from the path: see {@link hiddenQuery}. */
  #pathHas({ roots }: WantedField): boolean {
    this.#pathRoots ??= new Set(hiddenQuery(this.#parts.segments).flatMap(([name]) => nameRoots(name)));
    const own = this.#pathRoots;
    return roots.some((root) => own.has(root));
  }

  #bodyHas(wanted: WantedField): boolean {
    const { body: sent } = this.#parts;
    if (sent?.kind === 'text') return this.#textHas(sent.text, wanted);
    const body = this.#readBody();
    return body !== 'none' && (body === 'unreadable' || body.has(wanted));
  }

  /** Some servers read a text as JSON or a form. */
  #textHas(text: string, { roots }: Pick<WantedField, 'roots'>): boolean {
    this.#textRoots ??= namesInText(text);
    const own = this.#textRoots;
    return own === 'many' || roots.some((root) => own.has(root));
  }

  #readBody(): Body {
    this.#body ??= readBody(this.#parts.body);
    return this.#body;
  }
}

/** Counts as those servers do that count most: every piece of a form, an empty one too, at either separator. */
function hasTooMany({ segments, query, body }: JudgedParts): boolean {
  const fields = body?.kind === 'form' && body.text !== '' ? body.text.split(/[&;]/, MAX_PARAMETERS + 1).length : 0;
  return hiddenQuery(segments).length + query.length + fields > MAX_PARAMETERS;
}

function readBody(body: JudgedParts['body']): Body {
  if (body === undefined) return 'none';
  if (body.text.length > MAX_JUDGED || body.kind === 'text') return 'unreadable';
  if (body.kind === 'json') {
    const value = readJson(body.text, JSON_LIMITS);
    return value === undefined ? 'unreadable' : new JsonFields(value);
  }
  const pairs = formPairs(body.text);
  return (pairs && PairFields.of(pairs)) ?? 'unreadable';
}
