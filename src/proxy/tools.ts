import * as z from 'zod';
import { accessSchema, agentTexts, querySchema } from '../protocol/messages.ts';

/**
 * The four tools, always the same four in this order: a public contract. Plain draft-07 schemas, written out rather than
 * generated, so that what an agent reads is what stands here. Together with the instructions they stay under 6 KB.
 */

export const INSTRUCTIONS = `Use this server for authenticated API calls: it adds the credential for you, under a policy that a person approved. You never need a key, so do not look for one.
Call list_services once: it names the services and what each allows. GET and HEAD go through read, everything else through execute.
On an error follow its nextStep. Never repeat a denied call and never go around it through the terminal; request_access asks the person for a rule that is missing.`;

const service = { type: 'string', description: 'A name from list_services, such as "stripe".' };
const path = {
  type: 'string',
  description: 'The path below the base URL; may carry a query: "/v1/charges?limit=3".',
};
const query = {
  type: 'object',
  description:
    'Query parameters, added to the path: {"limit": 3, "expand": ["data.customer"]}. A list repeats the key.',
};
const headers = {
  type: 'object',
  additionalProperties: { type: 'string' },
  description: 'Extra headers: {"Idempotency-Key": "order-17"}. Never an authorization header: it is added for you.',
};
const reason = {
  type: 'string',
  description: 'Why, in a sentence; a person may read it: "Find the charge of order 17".',
};
const select = {
  type: 'array',
  items: { type: 'string' },
  description: 'Keep only these JSON Pointers of the answer, * for every element: ["/data/*/id", "/has_more"].',
};
export const MAX_ANSWER_CHARS = 100_000;
const maxChars = {
  type: 'integer',
  minimum: 1,
  maximum: MAX_ANSWER_CHARS,
  description: 'Longest answer in characters (default 20000): 5000.',
};

export const TOOLS = [
  {
    name: 'list_services',
    title: 'List services',
    description:
      'Lists the services that you may use, with their rules and status. Give service for one of them in full.',
    inputSchema: { type: 'object' as const, properties: { service }, additionalProperties: false },
    annotations: { title: 'List services', readOnlyHint: true },
  },
  {
    name: 'read',
    title: 'Read from an API',
    description: 'Sends a GET (or HEAD) to a service with its credential added, and gives its answer. Changes nothing.',
    inputSchema: {
      type: 'object' as const,
      properties: {
        service,
        path,
        method: { type: 'string', enum: ['GET', 'HEAD'], description: 'GET unless told: "HEAD".' },
        query,
        headers,
        select,
        maxChars,
        reason,
      },
      required: ['service', 'path'],
      additionalProperties: false,
    },
    annotations: { title: 'Read from an API', readOnlyHint: true },
  },
  {
    name: 'execute',
    title: 'Call an API',
    description:
      'Sends a request with any method that the policy allows, the credential added, and gives the answer. At most one of json, form and text.',
    inputSchema: {
      type: 'object' as const,
      properties: {
        service,
        method: {
          type: 'string',
          enum: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
          description: 'Upper case: "POST".',
        },
        path,
        query,
        headers,
        json: { description: 'A JSON body: {"name": "Ada"}.' },
        form: {
          type: 'object',
          description: 'A form body, nested as name[key]: {"amount": 500, "metadata": {"order": "17"}}.',
        },
        text: { type: 'string', description: 'A text body: "hello".' },
        select,
        maxChars,
        reason,
      },
      required: ['service', 'method', 'path'],
      additionalProperties: false,
    },
    annotations: { title: 'Call an API', readOnlyHint: false, destructiveHint: true },
  },
  {
    name: 'request_access',
    title: 'Ask for access',
    description: 'Asks the person for one rule that is missing. Changes nothing until they act.',
    inputSchema: {
      type: 'object' as const,
      properties: {
        service,
        method: { type: 'string', description: 'The method you need: "POST".' },
        path: { type: 'string', description: 'The path you need: "/v1/refunds".' },
        reason: { type: 'string', description: 'Why you need it, for the person: "Refund order 17 as asked".' },
      },
      required: ['service', 'method', 'path', 'reason'],
      additionalProperties: false,
    },
    annotations: { title: 'Ask for access', readOnlyHint: true },
  },
];

const text = z.string();
const common = {
  service: agentTexts.name,
  path: agentTexts.path,
  query: querySchema.optional(),
  headers: z.record(text, text).optional(),
  select: agentTexts.select.optional(),
  maxChars: z.number().int().min(1).max(MAX_ANSWER_CHARS).optional(),
  reason: agentTexts.reason.optional(),
};

/** What the arguments of each tool must look like. The gateway judges everything else about them. */
export const ARGUMENTS = {
  list_services: z.strictObject({ service: agentTexts.name.optional() }),
  read: z.strictObject({ ...common, method: z.enum(['GET', 'HEAD']).default('GET') }),
  execute: z.strictObject({
    ...common,
    method: agentTexts.name,
    json: z.unknown().optional(),
    form: z.record(text, z.unknown()).optional(),
    text: text.optional(),
  }),
  request_access: z.strictObject(accessSchema.shape),
};
export type ToolName = keyof typeof ARGUMENTS;

export function isToolName(name: string): name is ToolName {
  return Object.hasOwn(ARGUMENTS, name);
}
