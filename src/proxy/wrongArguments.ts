import type { ZodError } from 'zod';
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

/** Says which arguments are wrong, and how they should look. By their places: what an agent wrote is not repeated to it. */
export function wrongArguments(tool: ToolName, error: ZodError): Refused {
  const issues = error.issues.slice(0, 3).map((issue) => problemOf(tool, issue));
  return invalidArguments(`The arguments of ${tool} are wrong: ${issues.join('; ')}.`);
}

function problemOf(tool: ToolName, issue: Issue): string {
  if (issue.code === 'unrecognized_keys') {
    const shown = issue.keys.filter((name) => OURS.has(name) || name.length < TOO_SHORT_FOR_A_CREDENTIAL);
    const others = ['and no other argument', ...shown.slice(0, 3)].join(', not ');
    return `it takes ${Object.keys(ARGUMENTS[tool].shape).join(', ')} ${others}`;
  }
  const [argument, place] = issue.path;
  if (argument === undefined) return issue.message;
  return `${placeOf(String(argument), place)}: ${issue.message}`;
}

/** The names inside of an argument are the agent's own; the numbers are not. */
function placeOf(argument: string, place: PropertyKey | undefined): string {
  if (place === undefined) return argument;
  return typeof place === 'number' ? `entry ${place + 1} of ${argument}` : `a value in ${argument}`;
}
