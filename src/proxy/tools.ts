import * as z from 'zod';
import { inputSchemaOf, schemasOf, TOOL_ARGUMENTS } from '../protocol/toolArguments.ts';

/**
 * The four tools, always the same four in this order: a public contract. Together with the instructions they stay under 6 KB.
 */

export const INSTRUCTIONS = `Use this server for authenticated API calls: it adds the credential for you, under a policy that the user approved. You never need a key, so do not look for one.
Call list_services once: it names the services and what each allows. GET and HEAD go through read, everything else through execute.
On an error follow its nextStep. Never repeat a denied call and never work around it through the terminal; request_access asks the user for a rule that is missing.`;

/** Some clients hand no server's instructions to their model. */
const HOW = 'Call list_services first; on an error follow its nextStep, and never work around it through the terminal.';

export const TOOLS = [
  {
    name: 'list_services',
    title: 'List services',
    description:
      'Lists the services that you may use, with their rules and status. Pass service for one of them in full.',
    inputSchema: inputSchemaOf(TOOL_ARGUMENTS.list_services),
    annotations: { title: 'List services', readOnlyHint: true },
  },
  {
    name: 'read',
    title: 'Read from an API',
    description: `Sends a GET (or HEAD) request to a service with its credential added, and returns the answer. Changes nothing. ${HOW}`,
    inputSchema: inputSchemaOf(TOOL_ARGUMENTS.read),
    annotations: { title: 'Read from an API', readOnlyHint: true },
  },
  {
    name: 'execute',
    title: 'Call an API',
    description: `Sends a request with any method that the policy allows, with the credential added, and returns the answer. At most one of json, form and text. ${HOW}`,
    inputSchema: inputSchemaOf(TOOL_ARGUMENTS.execute),
    annotations: { title: 'Call an API', readOnlyHint: false, destructiveHint: true },
  },
  {
    name: 'request_access',
    title: 'Ask for access',
    description: 'Asks the user for one rule that is missing. Changes nothing until they act.',
    inputSchema: inputSchemaOf(TOOL_ARGUMENTS.request_access),
    annotations: { title: 'Ask for access', readOnlyHint: true },
  },
];

/** What the arguments of each tool must look like. The gateway judges everything else about them. */
export const ARGUMENTS = {
  // It takes nothing that matters, and some clients fill in something for a tool that needs no argument.
  list_services: z.object(schemasOf(TOOL_ARGUMENTS.list_services)),
  read: z.strictObject(schemasOf(TOOL_ARGUMENTS.read)),
  execute: z.strictObject(schemasOf(TOOL_ARGUMENTS.execute)),
  request_access: z.strictObject(schemasOf(TOOL_ARGUMENTS.request_access)),
};
export type ToolName = keyof typeof ARGUMENTS;

export function isToolName(name: string): name is ToolName {
  return Object.hasOwn(ARGUMENTS, name);
}
