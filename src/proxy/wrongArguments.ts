import type { ZodError } from 'zod';
import { type Argument, TOOL_ARGUMENTS } from '../protocol/toolArguments.ts';
import { invalidArguments, type Refused } from './reply.ts';
import { ARGUMENTS, type ToolName } from './tools.ts';

type Issue = ZodError['issues'][number];

/** Words of ours, which an agent may have read: arguments of the other tools, and the names that are kept for later ones. */
const OURS: ReadonlySet<string> = new Set([
  ...Object.values(ARGUMENTS).flatMap(({ shape }) => Object.keys(shape)),
  'multipart',
  'bodyFile',
]);
/** No credential is as short. */
const TOO_SHORT_FOR_A_CREDENTIAL = 8;

/** As many mistakes as an agent is told of at once. */
const MAX_REPORTED = 3;

/**
 * Says which arguments are wrong, why, and what to do about it. By their places: what an agent wrote is not repeated to it, as
 * a copy with credentials taken out would answer a guess.
 */
export function wrongArguments(tool: ToolName, given: unknown, error: ZodError): Refused {
  const issues = error.issues.slice(0, MAX_REPORTED);
  const places = issues.map(({ path }) => placeOf(path)).filter((place) => place !== '');
  const correct = places.length === 0 ? 'the arguments' : [...new Set(places)].join(' and ');
  return invalidArguments(
    `The arguments of ${tool} are wrong: ${issues.map((issue) => problemOf(tool, given, issue)).join('; ')}.`,
    `Nothing was sent. Correct ${correct}, and call again.`,
  );
}

function problemOf(tool: ToolName, given: unknown, issue: Issue): string {
  if (issue.code === 'unrecognized_keys') {
    const shown = issue.keys.filter((name) => OURS.has(name) || name.length < TOO_SHORT_FOR_A_CREDENTIAL);
    const others = ['and no other argument', ...shown.slice(0, MAX_REPORTED)].join(', not ');
    return `it takes ${Object.keys(ARGUMENTS[tool].shape).join(', ')} ${others}`;
  }
  const { path } = issue;
  if (path.length === 0)
    return `they are ${kindOf(given)} and must be an object of ${Object.keys(ARGUMENTS[tool].shape).join(', ')}`;
  return `${placeOf(path)} ${mistakeOf(valueAt(given, path), issue)} and must be ${wantedAt(tool, path)}`;
}

function mistakeOf(value: unknown, issue: Issue): string {
  switch (issue.code) {
    case 'too_big':
      return typeof value === 'string' ? 'is too long' : Array.isArray(value) ? 'has too many entries' : 'is too large';
    case 'too_small':
      return 'is too small';
    case 'invalid_value':
      return typeof value === 'string' ? 'is not valid' : `is ${kindOf(value)}`;
    default:
      if (value === undefined) return 'is missing';
      return typeof value === 'number' && issue.code === 'invalid_type' && issue.expected === 'int'
        ? 'is not whole'
        : Array.isArray(value) && issue.code === 'invalid_union'
          ? 'is a list of values of another type'
          : `is ${kindOf(value)}`;
  }
}

function wantedAt(tool: ToolName, [argument, ...inside]: readonly PropertyKey[]): string {
  const { [String(argument)]: one }: Readonly<Record<string, Argument>> = TOOL_ARGUMENTS[tool];
  return (inside.length === 0 ? one?.wanted : one?.wantedInside) ?? 'something else';
}

/** `query.limit`, `select[2]`. A name within an argument is the agent's own, so that only a short one is repeated. */
function placeOf([argument, ...inside]: readonly PropertyKey[]): string {
  let place = argument === undefined ? '' : String(argument);
  for (const step of inside) {
    if (typeof step === 'number') place += `[${step}]`;
    else if (/^\w+$/.test(String(step)) && String(step).length < TOO_SHORT_FOR_A_CREDENTIAL)
      place += `.${String(step)}`;
    else return `a value in ${place}`;
  }
  return place;
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  let value = given;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<PropertyKey, unknown>>)[step];
  }
  return value;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'a string';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    default:
      return 'an object';
  }
}
