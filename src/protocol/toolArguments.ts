import * as z from 'zod';

/** Longest texts in characters that an agent may send beside a body; a longer one is a mistake or an attack. */
export const MAX_PATH_CHARS = 64 * 1024;
export const MAX_NAME_CHARS = 200;
export const MAX_REASON_CHARS = 4000;
export const MAX_POINTERS = 50;
export const MAX_POINTER_CHARS = 500;

const queryValue = z.union([z.string(), z.number(), z.boolean()]);
/** Parameters by name; a list stands for one that comes several times. */
const querySchema = z.record(z.string(), z.union([queryValue, z.null(), z.array(queryValue)]));

/** Texts of an agent's, with their lengths: the proxy checks the same ones, so that it sends nothing that does not fit. */
export const agentTexts = {
  /** A service, an upstream MCP server or a tool; and a method. */
  name: z.string().max(MAX_NAME_CHARS),
  path: z.string().max(MAX_PATH_CHARS),
  reason: z.string().max(MAX_REASON_CHARS),
  select: z.array(z.string().max(MAX_POINTER_CHARS)).max(MAX_POINTERS),
};

/** One argument of a tool, for all who look at it. */
export interface Argument {
  /** What an agent reads of it: a plain draft-07 schema, written out, so that what an agent reads is what stands here. */
  readonly json: Readonly<Record<string, unknown>>;
  /** What the proxy takes of an agent, and the gateway of a proxy. The gateway judges everything else about it. */
  readonly schema: z.ZodType;
  /** What an agent is told that one has to be which is wrong, and what has to be in it. */
  readonly wanted?: string;
  readonly wantedInside?: string;
  /** May be left out. */
  readonly optional?: true;
}

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
    description:
      'Query parameters, added to the path: {"limit": 3, "expand": ["data.customer"]}. A list repeats the key.',
  },
  schema: querySchema,
  wanted: 'an object of parameters, such as {"limit": 3}',
  wantedInside: 'a string, a number, true, false, null or a list of such values',
} satisfies Argument;

const headers = {
  json: {
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Extra headers: {"Idempotency-Key": "order-17"}. Never an authorization header: it is added for you.',
  },
  schema: z.record(z.string(), z.string()),
  wanted: 'an object of strings, such as {"Accept": "text/csv"}',
  wantedInside: 'a string',
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
  schema: agentTexts.select,
  wanted: `a list of at most ${MAX_POINTERS} JSON Pointers, such as ["/data/*/id"]`,
  wantedInside: `a JSON Pointer such as "/data/*/id", of at most ${MAX_POINTER_CHARS} characters`,
} satisfies Argument;

const MAX_ANSWER_CHARS = 80_000;
const maxChars = {
  json: {
    type: 'integer',
    minimum: 1,
    maximum: MAX_ANSWER_CHARS,
    description: 'Longest answer in characters (default 20000): 5000.',
  },
  // More is taken, and comes to the same: agents know a larger one from earlier versions.
  schema: z.number().int().min(1),
  wanted: `a whole number from 1 to ${MAX_ANSWER_CHARS}`,
} satisfies Argument;

const json = {
  json: { description: 'A JSON body: {"name": "Ada"}.' },
  schema: z.unknown(),
} satisfies Argument;

const form = {
  json: {
    type: 'object',
    description: 'A form body, nested as name[key]: {"amount": 500, "metadata": {"order": "17"}}.',
  },
  schema: z.record(z.string(), z.unknown()),
  wanted: 'an object of fields, such as {"amount": 500}',
} satisfies Argument;

const text = {
  json: { type: 'string', description: 'A text body: "hello".' },
  schema: z.string(),
  wanted: 'a string',
} satisfies Argument;

/** The arguments of each tool, in the order in which an agent reads them. */
export const TOOL_ARGUMENTS = {
  list_services: { service: optional(service) },
  read: {
    service,
    path,
    method: {
      json: { type: 'string', enum: ['GET', 'HEAD'], description: 'GET by default: "HEAD".' },
      schema: z.enum(['GET', 'HEAD']).default('GET'),
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
  readonly schema: z.ZodOptional<One['schema']>;
};

function optional<One extends Argument>(one: One): Optional<One> {
  return { ...one, optional: true, schema: one.schema.optional() };
}
