/**
 * A second evaluator of conditions, written to be obviously right and to share no code with the product. It sees a
 * request as the test made it, not as text: names that stand there twice are two entries.
 */

export type NaiveScalar = string | number | boolean | null;
export type NaiveEntries = readonly (readonly [name: string, value: NaiveScalar | NaiveEntries])[];

export interface NaiveCondition {
  readonly source: 'query' | 'body';
  /** Dotted. */
  readonly name: string;
  readonly check: 'equals' | 'in' | 'max' | 'min' | 'matches' | 'present';
  readonly operand: NaiveScalar | readonly NaiveScalar[];
}

export type NaiveBodyType = 'json' | 'form' | undefined;

export interface NaiveRequest {
  readonly query: readonly (readonly [string, string])[];
  /** So many parameters and form fields of other names stand before the others. */
  readonly others: { readonly query: number; readonly form: number };
  /** Whether it is a GET, if it has no body; all others are a POST. */
  readonly reads: boolean;
  /** The type that a JSON body goes out as. */
  readonly jsonType: string;
  readonly body:
    | { readonly kind: 'json' | 'form'; readonly entries: NaiveEntries }
    | { readonly kind: 'text' | 'none' };
}

type Found = { readonly value: NaiveScalar; readonly text: boolean } | 'absent' | 'container' | 'unclear';

/** An allow rule's conditions: every one is surely true, and a body is of the kind that the API reads. */
export function naiveAllows(
  conditions: readonly NaiveCondition[],
  request: NaiveRequest,
  bodyType: NaiveBodyType,
): boolean {
  if (isOther(request, bodyType)) return false;
  return conditions.every((condition) => naiveHolds(condition, request) === 'yes');
}

/**
 * A deny or ask rule's conditions: none is surely false. If one asks about the body, there is one; or the request is no read,
 * and one of the fields stands in its query, or is asked to be absent.
 */
export function naiveConcerns(
  conditions: readonly NaiveCondition[],
  request: NaiveRequest,
  bodyType: NaiveBodyType,
): boolean {
  const onBody = conditions.filter(({ source }) => source === 'body');
  if (request.body.kind === 'none' && onBody.length > 0) {
    const inQuery = ({ name }: NaiveCondition): boolean =>
      request.query.some(([one]) => same(one, name.split('.', 1)[0] ?? ''));
    const absent = ({ check, operand }: NaiveCondition): boolean => check === 'present' && operand === false;
    if (request.reads || !onBody.some((condition) => inQuery(condition) || absent(condition))) return false;
  }
  const known = isOther(request, bodyType) ? conditions.filter(({ source }) => source === 'query') : conditions;
  return known.every((condition) => naiveHolds(condition, request) !== 'no');
}

function isOther({ body, jsonType }: NaiveRequest, bodyType: NaiveBodyType): boolean {
  if (bodyType === undefined || body.kind === 'none') return false;
  return body.kind !== bodyType || (body.kind === 'json' && jsonType !== 'application/json');
}

function parameters({ query, others, body }: NaiveRequest): number {
  const fields = (entries: NaiveEntries): number =>
    entries.reduce((sum, [, value]) => sum + (Array.isArray(value) ? fields(value as NaiveEntries) : 1), 0);
  return query.length + others.query + (body.kind === 'form' ? fields(body.entries) + others.form : 0);
}

function naiveHolds(condition: NaiveCondition, request: NaiveRequest): 'yes' | 'no' | 'unknown' {
  const found = look(condition, request);
  if (found === 'unclear') return 'unknown';
  if (condition.check === 'present') return (found !== 'absent') === condition.operand ? 'yes' : 'no';
  if (found === 'absent' || found === 'container') return 'unknown';
  const operands = Array.isArray(condition.operand) ? condition.operand : [condition.operand];
  const answers = operands.map((operand: NaiveScalar) => compare(condition.check, operand, found.value, found.text));
  if (answers.includes('yes')) return 'yes';
  return answers.includes('unknown') ? 'unknown' : 'no';
}

function compare(
  check: NaiveCondition['check'],
  operand: NaiveScalar,
  value: NaiveScalar,
  text: boolean,
): 'yes' | 'no' | 'unknown' {
  const answer = (holds: boolean): 'yes' | 'no' => (holds ? 'yes' : 'no');
  if (check === 'max' || check === 'min' || typeof operand === 'number') {
    const number = typeof value === 'number' ? value : text && /^\d+$/.test(String(value)) ? Number(value) : undefined;
    if (number === undefined) return 'unknown';
    if (check === 'max') return answer(number <= Number(operand));
    if (check === 'min') return answer(number >= Number(operand));
    return answer(number === operand);
  }
  if (typeof operand === 'string') {
    if (typeof value !== 'string') return 'unknown';
    // The tests have one star, at the end.
    return answer(
      check === 'matches'
        ? value.length >= operand.length && value.startsWith(operand.slice(0, -1)) && !value.includes('/')
        : value === operand,
    );
  }
  if (operand === null) return text ? 'unknown' : answer(value === null);
  if (typeof value === 'boolean') return answer(value === operand);
  return text && (value === 'true' || value === 'false') ? answer(value === String(operand)) : 'unknown';
}

function look({ source, name }: NaiveCondition, request: NaiveRequest): Found {
  // Nobody knows which of them a server still reads.
  if (parameters(request) > 100) return 'unclear';
  const { query, body } = request;
  const path = name.split('.');
  const entries: NaiveEntries = 'entries' in body ? body.entries : [];
  // No reader can be trusted with a JSON object that has a name twice.
  if (body.kind === 'json' && hasTwice(body.entries)) return 'unclear';
  const inQuery = query.some(([one]) => same(one, path[0] ?? ''));
  if (source === 'body' && inQuery) return 'unclear';
  if (source === 'query' && entries.some(([one]) => same(one, path[0] ?? ''))) return 'unclear';
  if (source === 'query') return texts(walk(query, path));
  if (body.kind === 'none') return 'absent';
  if (body.kind === 'text') return 'unclear';
  return body.kind === 'form' ? texts(walk(entries, path)) : walk(entries, path);
}

function hasTwice(entries: NaiveEntries): boolean {
  const names = entries.map(([name]) => name);
  if (new Set(names).size < names.length) return true;
  return entries.some(([, value]) => Array.isArray(value) && hasTwice(value as NaiveEntries));
}

function walk(entries: NaiveEntries, [step = '', ...rest]: readonly string[]): Found {
  const found = entries.filter(([name]) => same(name, step));
  const [only, second] = found;
  if (only === undefined) return 'absent';
  if (second !== undefined || only[0] !== step) return 'unclear';
  const value = only[1];
  if (rest.length > 0) return Array.isArray(value) ? walk(value as NaiveEntries, rest) : 'unclear';
  return Array.isArray(value) ? 'container' : { value: value as NaiveScalar, text: false };
}

function texts(found: Found): Found {
  return typeof found === 'string' ? found : { value: String(found.value), text: true };
}

/** The tests' names have no underscore at either end. */
function same(one: string, other: string): boolean {
  const bare = (name: string): string => name.toLowerCase().replaceAll('_', '');
  return bare(one) === bare(other);
}
