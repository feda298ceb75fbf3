import * as z from 'zod';
import { MAX_ANSWER_CHARS } from '../core/request/arguments/call.ts';

/** Longest texts in characters that an agent may send beside a body; a longer one is a mistake or an attack. */
export const MAX_PATH_CHARS = 64 * 1024;
export const MAX_NAME_CHARS = 200;
export const MAX_REASON_CHARS = 4000;

/** Texts of an agent's, with their lengths: the proxy checks the same ones, so that it sends nothing that does not fit. */
export const agentTexts = {
  /** A service, an upstream MCP server or a tool; and a method. */
  name: z.string().max(MAX_NAME_CHARS),
  path: z.string().max(MAX_PATH_CHARS),
  reason: z.string().max(MAX_REASON_CHARS),
};

/**
 * One argument of a tool, for all who look at it.
 *
 * Every parameter has one `type`, with `items` for a list, and nothing else that says what it may be: a type left out has one
 * client send the text of an object, a list of types has one model API refuse all tools, and a union, a reference or a
 * `format` has another.
 */
export interface Argument {
  /** What an agent reads of it: a plain draft-07 schema, written out, so that what an agent reads is what stands here. */
  readonly json: Readonly<Record<string, unknown>> & { readonly type: string };
  /** What the proxy takes of an agent, and the gateway of a proxy. The gateway judges everything else about it. */
  readonly schema: z.ZodType;
  /** What an agent is told that one has to be which is wrong. */
  readonly wanted?: string;
  /** May be left out. */
  readonly optional?: true;
}

/** What clients write in several ways: the gateway reads it, see `readCall`. */
const read = z.unknown();

const service = {
  json: { type: 'string', description: 'A name from list_services, such as "stripe".' },
  schema: agentTexts.name,
  wanted: `a name from list_services, of at most ${MAX_NAME_CHARS} characters`,
} satisfies Argument;

const path = {
  json: {
    type: 'string',
    description: 'The path below the base URL; may carry a query: "/v1/charges?limit=3".',
  },
  schema: agentTexts.path,
  wanted: `a string such as "/v1/charges?limit=3", of at most ${MAX_PATH_CHARS} characters`,
} satisfies Argument;

const method = {
  json: {
    type: 'string',
    enum: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    description: 'Upper case: "POST".',
  },
  schema: agentTexts.name,
  wanted: `a method such as "GET", of at most ${MAX_NAME_CHARS} characters`,
} satisfies Argument;

const query = {
  json: {
    type: 'object',
    additionalProperties: true,
    description:
      'Query parameters, added to the path: {"limit": 3, "expand[]": ["data.customer"]}. A list repeats its name; write [] where the API does.',
  },
  schema: read,
} satisfies Argument;

const headers = {
  json: {
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Extra headers: {"Idempotency-Key": "order-17"}. Never an authorization header: it is added for you.',
  },
  schema: read,
} satisfies Argument;

const reason = {
  json: {
    type: 'string',
    description: 'Why, in a sentence; the user may read it: "Find the charge of order 17".',
  },
  schema: agentTexts.reason,
  wanted: `a string of at most ${MAX_REASON_CHARS} characters`,
} satisfies Argument;

const select = {
  json: {
    type: 'array',
    items: { type: 'string' },
    description: 'Keep only these JSON Pointers of the answer, * for every element: ["/data/*/id", "/has_more"].',
  },
  schema: read,
} satisfies Argument;

const maxChars = {
  json: {
    type: 'integer',
    minimum: 1,
    maximum: MAX_ANSWER_CHARS,
    description: 'Longest answer in characters (default 20000): 5000.',
  },
  schema: read,
} satisfies Argument;

const json = {
  json: {
    type: 'object',
    additionalProperties: true,
    description: 'A JSON body, sent as it is; a list is taken, too: {"name": "Ada", "tags": ["new"]}.',
  },
  schema: read,
} satisfies Argument;

const form = {
  json: {
    type: 'object',
    additionalProperties: true,
    description:
      'A form body: {"amount": 500, "metadata": {"order": "17"}, "tags": ["a"]} is amount, metadata[order], tags[0]. "tags[]" repeats tags[]. To repeat a bare name use text.',
  },
  schema: read,
} satisfies Argument;

const text = {
  json: {
    type: 'string',
    description:
      'A text body: "hello". With the header {"Content-Type": "application/x-www-form-urlencoded"} a form as written: "to=a&to=b".',
  },
  schema: read,
} satisfies Argument;

/** The arguments of each tool, in the order in which an agent reads them. */
export const TOOL_ARGUMENTS = {
  list_services: { service: optional(service) },
  read: {
    service,
    path,
    method: {
      json: { type: 'string', enum: ['GET', 'HEAD'], description: 'GET by default: "HEAD".' },
      schema: agentTexts.name.nullish(),
      wanted: 'GET or HEAD',
      optional: true,
    },
    query: optional(query),
    headers: optional(headers),
    select: optional(select),
    maxChars: optional(maxChars),
    reason: optional(reason),
  },
  execute: {
    service,
    method,
    path,
    query: optional(query),
    headers: optional(headers),
    json: optional(json),
    form: optional(form),
    text: optional(text),
    select: optional(select),
    maxChars: optional(maxChars),
    reason: optional(reason),
  },
  request_access: {
    service,
    method: { ...method, json: { type: 'string', description: 'The method you need: "POST".' } },
    path: { ...path, json: { type: 'string', description: 'The path you need: "/v1/refunds".' } },
    reason: {
      ...reason,
      json: { type: 'string', description: 'Why you need it, for the user: "Refund order 17 as asked".' },
    },
  },
} satisfies Readonly<Record<string, Readonly<Record<string, Argument>>>>;

type Schemas<Arguments extends Readonly<Record<string, Argument>>> = {
  [Name in keyof Arguments]: Arguments[Name]['schema'];
};

/** What each argument must look like. */
export function schemasOf<Arguments extends Readonly<Record<string, Argument>>>(all: Arguments): Schemas<Arguments> {
  return Object.fromEntries(Object.entries(all).map(([name, one]) => [name, one.schema])) as Schemas<Arguments>;
}

/** What an agent reads of a tool's arguments. */
export function inputSchemaOf(all: Readonly<Record<string, Argument>>): InputSchema {
  const required = Object.keys(all).filter((name) => !all[name]?.optional);
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(all).map(([name, one]) => [name, one.json])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

interface InputSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, Argument['json']>>;
  readonly required?: readonly string[];
  readonly additionalProperties: false;
}

type Optional<One extends Argument> = Omit<One, 'schema'> & {
  readonly optional: true;
  readonly schema: z.ZodOptional<z.ZodNullable<One['schema']>>;
};

/** Clients that leave no argument out send null. */
function optional<One extends Argument>(one: One): Optional<One> {
  return { ...one, optional: true, schema: one.schema.nullish() };
}
