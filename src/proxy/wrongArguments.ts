import type { ZodError } from 'zod';
import { type Argument, TOOL_ARGUMENTS } from '../protocol/toolArguments.ts';
import { invalidArguments, type Refused } from './reply.ts';
import { meantBy } from './strayNames.ts';
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
 * Says which arguments are wrong, why, and what to do about it. By their names: what an agent wrote is not repeated to it, as
 * a copy with credentials taken out would answer a guess.
 */
export function wrongArguments(tool: ToolName, given: unknown, error: ZodError): Refused {
  const issues = error.issues.slice(0, MAX_REPORTED);
  const places = issues.flatMap(({ path: [argument] }) => (argument === undefined ? [] : [String(argument)]));
  const correct = places.length === 0 ? 'the arguments' : [...new Set(places)].join(' and ');
  return invalidArguments(
    `The arguments of ${tool} are wrong: ${issues.map((issue) => problemOf(tool, given, issue)).join('; ')}.`,
    `Nothing was sent. Correct ${correct}, and call again.`,
  );
}

function problemOf(tool: ToolName, given: unknown, issue: Issue): string {
  const names = Object.keys(ARGUMENTS[tool].shape);
  if (issue.code === 'unrecognized_keys') {
    const meant = [...new Set(issue.keys.flatMap((name) => meantBy(name, names) ?? []))].slice(0, MAX_REPORTED);
    const shown = issue.keys.filter((name) => OURS.has(name) || name.length < TOO_SHORT_FOR_A_CREDENTIAL);
    const others = ['and no other argument', ...shown.slice(0, MAX_REPORTED)].join(', not ');
    const own = names.includes('query') ? ["parameters of the API's own go into query or a body"] : [];
    return [`it takes ${names.join(', ')} ${others}`, ...(meant.length > 0 ? meant : own)].join('; ');
  }
  const [argument] = issue.path;
  if (argument === undefined) return `they are ${kindOf(given)} and must be an object of ${names.join(', ')}`;
  const { [String(argument)]: one }: Readonly<Record<string, Argument>> = TOOL_ARGUMENTS[tool];
  const value = (given as Readonly<Record<PropertyKey, unknown>>)[argument];
  return `${String(argument)} ${mistakeOf(value, issue)} and must be ${one?.wanted ?? 'something else'}`;
}

function mistakeOf(value: unknown, issue: Issue): string {
  if (value === undefined) return 'is missing';
  return issue.code === 'too_big' ? 'is too long' : `is ${kindOf(value)}`;
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
