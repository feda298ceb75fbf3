import type { ZodError } from 'zod';
import { invalidArguments, type Refused } from './reply.ts';
import { ARGUMENTS, type ToolName } from './tools.ts';

type Issue = ZodError['issues'][number];

/** Says which arguments are wrong, and how they should look. By their places: what an agent wrote is not repeated to it. */
export function wrongArguments(tool: ToolName, error: ZodError): Refused {
  const issues = error.issues.slice(0, 3).map((issue) => problemOf(tool, issue));
  return invalidArguments(`The arguments of ${tool} are wrong: ${issues.join('; ')}.`);
}

function problemOf(tool: ToolName, issue: Issue): string {
  if (issue.code === 'unrecognized_keys') {
    return `it takes ${Object.keys(ARGUMENTS[tool].shape).join(', ')} and no other argument`;
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
