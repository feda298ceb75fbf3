import * as z from 'zod';
import { METHODS } from '../../request/parts/requestModel.ts';
import { inEnglish } from '../../text/phrase.ts';
import type { AuthKey } from '../auth/authType.ts';
import { AUTH_TYPE_NAMES } from '../auth/authTypes.ts';
import { BODY_TYPES, OPERATIONS } from '../model/restrictionModel.ts';
import { AUTH_KEYS, type Place, VOCABULARY } from './vocabulary.ts';

/**
 * The shape of `valetkey.yaml` for editors that know JSON schemas. It says less than the parser, which is the one that
 * decides: whatever the parser takes, this takes.
 */
export const policySchema = schema();

/** The schema as draft-07 JSON, as `schemas/valetkey.schema.json` has it. */
export function policyJsonSchema(): object {
  return {
    ...z.toJSONSchema(policySchema, { target: 'draft-7', reused: 'ref' }),
    title: 'valetkey.yaml',
    description: 'Who may call what through Valet Key. The file never holds a credential.',
  };
}

function schema(): z.ZodType {
  const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);
  const condition = described('condition', {
    equals: value,
    in: z.array(value).min(1),
    max: z.number(),
    min: z.number(),
    matches: z.string(),
    present: z.boolean(),
  }).partial();
  const conditions = z.record(z.string(), condition);
  const path = z.string();
  const methods = z.array(z.enum(METHODS)).min(1);
  const graphql = described('graphql', {
    operations: z.array(z.enum(OPERATIONS)).min(1),
    fields: z.array(z.string()).min(1).optional(),
  });
  const rule = described('rule', {
    path,
    methods: methods.optional(),
    effect: z.enum(['allow', 'deny']).optional(),
    approval: z.enum(['always', 'remember']).optional(),
    query: conditions.optional(),
    body: conditions.optional(),
    header: conditions.optional(),
    bodyType: z.enum(BODY_TYPES).optional(),
    graphql: z.union([graphql, z.literal(false)]).optional(),
    agents: z.array(z.string()).min(1).optional(),
  });
  // Which type has which key is left to the parser.
  const auth = described('auth', {
    type: z.enum(AUTH_TYPE_NAMES),
    ...Object.fromEntries(AUTH_KEYS.map((key) => [key.name, authValue(key).optional()])),
  });
  const size = z.union([z.string(), z.number()]);
  const limits = described('limits', {
    requests: z.string(),
    perAgent: z.boolean(),
    concurrent: z.number(),
    responseBytes: size,
    requestBytes: size,
    timeout: z.string(),
  }).partial();
  const service = described('service', {
    baseUrl: z.string(),
    auth,
    description: z.string().optional(),
    environment: z.string().optional(),
    network: z.enum(['public', 'private', 'loopback']).optional(),
    encodedSlash: z.boolean().optional(),
    policies: z.array(rule).nullish(),
    headers: described('headers', {
      set: z.record(z.string(), z.string()).nullable(),
      allow: z.array(z.string()).nullable(),
    })
      .partial()
      .nullish(),
    limits: limits.nullish(),
    verify: described('verify', { path, method: z.enum(['GET', 'HEAD']).optional() }).optional(),
    rotateEvery: z.string().optional(),
  });
  const bag = z.record(z.string(), z.unknown());
  const request = described('request', {
    service: z.string(),
    method: z.string(),
    path,
    query: bag.optional(),
    headers: bag.optional(),
    json: z.unknown().optional(),
    form: bag.optional(),
    text: z.string().optional(),
    agent: z.string().optional(),
  });
  const toolCall = described('request', { server: z.string(), tool: z.string() });
  const test = described('test', {
    name: z.string(),
    request: z.union([request, toolCall]),
    expect: z.enum(['allow', 'ask', 'deny']),
  });
  const text = described('serverValue', { credential: z.string(), prefix: z.string().optional() });
  const variables = z.record(z.string(), z.union([z.string(), text])).nullish();
  const patterns = z.array(z.string()).nullish();
  const server = described('server', {
    description: z.string().optional(),
    command: z.string().optional(),
    args: z.array(z.string()).nullish(),
    env: variables,
    url: z.string().optional(),
    headers: variables,
    network: z.enum(['public', 'private', 'loopback']).optional(),
    tools: described('serverTools', { allow: patterns, ask: patterns, deny: patterns }).nullish(),
    limits: limits.nullish(),
  });
  return described('document', {
    version: z.literal(1).optional(),
    services: z.record(z.string(), service).nullish(),
    servers: z.record(z.string(), server).nullish(),
    tests: z.array(test).nullish(),
  });
}

function authValue({ takes, values = [] }: AuthKey): z.ZodType {
  switch (takes) {
    case 'text':
      return z.string();
    case 'id':
      return z.union([z.string(), z.number()]);
    case 'word':
      return z.enum(values);
    case 'list':
      return z.array(z.string()).min(1);
    case 'map':
      return z.record(z.string(), values.length === 0 ? z.string() : z.enum(values));
  }
}

/** A closed object whose keys have the language's own words. */
function described<Shape extends Readonly<Record<string, z.ZodType>>>(
  place: Place,
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  const words = new Map(VOCABULARY[place].map((one) => [one.name, inEnglish(one.words)]));
  const fields = Object.entries(shape).map(([key, field]) => [key, field.describe(words.get(key) ?? '')]);
  return z.strictObject(Object.fromEntries(fields) as Shape);
}
