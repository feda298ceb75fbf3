import * as z from 'zod';
import type { GivenCall } from '../core/request/arguments/call.ts';
import { agentTexts, schemasOf, TOOL_ARGUMENTS } from './toolArguments.ts';

/** Bumped when a message changes its meaning; a proxy and a gateway of different versions do not talk. */
export const PROTOCOL_VERSION = 1;

/** Longest line in bytes on the socket after the mutual proof, and before it. */
export const MAX_LINE_BYTES = 8 * 1024 * 1024;
export const MAX_HANDSHAKE_LINE_BYTES = 64 * 1024;

/** Every code that a refusal can carry. Closed: see docs/errors.md. */
export const ERROR_CODES = [
  'invalid_request',
  'unknown_service',
  'policy_denied',
  'policy_not_approved',
  'approval_denied',
  'approval_pending',
  'frozen',
  'revoked',
  'missing_credential',
  'credential_expired',
  'credential_rejected',
  'origin_not_confirmed',
  'rate_limited',
  'request_too_large',
  'response_too_large',
  'address_refused',
  'upstream_unreachable',
  'upstream_timeout',
  'upstream_tls',
  'cancelled',
  'gateway_unavailable',
  'audit_unavailable',
  'internal',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export const refusalSchema = z.object({
  code: z.enum(ERROR_CODES),
  /** What happened, in one sentence. */
  message: z.string(),
  /** What to do next, for the agent or for the user. */
  nextStep: z.string(),
  /** Whether the request may have reached the API. */
  sent: z.enum(['no', 'yes', 'unknown']),
  service: z.string().optional(),
  rule: z.string().optional(),
  retryAfterMs: z.number().optional(),
  approvalId: z.string().optional(),
});
export type Refusal = z.infer<typeof refusalSchema>;

/** The arguments of `execute` and `read` as they travel, see `GivenCall`; the gateway reads and judges them. */
export const callSchema = z.object({
  ...schemasOf(TOOL_ARGUMENTS.execute),
  /** `read` may leave it out. */
  method: TOOL_ARGUMENTS.read.method.schema,
  /** Which tool the agent used: `read` never carries a body or another method than GET and HEAD. */
  tool: z.enum(['read', 'execute']),
}) satisfies z.ZodType<GivenCall>;

export const accessSchema = z.object(schemasOf(TOOL_ARGUMENTS.request_access));
export type AccessRequest = z.infer<typeof accessSchema>;

/** A good answer, as the agent gets it in `structuredContent`. */
export const answerSchema = z.looseObject({
  status: z.number(),
  headers: z.record(z.string(), z.string()),
  json: z.unknown().optional(),
  text: z.string().optional(),
  base64: z.string().optional(),
  truncated: z.array(z.object({ at: z.string(), kept: z.number(), total: z.number() })).optional(),
  next: z.record(z.string(), z.unknown()).optional(),
  nextStep: z.string().optional(),
  hint: z.string().optional(),
  redirect: z.object({ location: z.string(), allowed: z.boolean() }).optional(),
  redactions: z.number().optional(),
  durationMs: z.number(),
});
export type Answer = z.infer<typeof answerSchema>;

/** The agent behind a proxy, as its MCP client named itself. Never trusted, only shown and recorded. */
export const agentSchema = z.object({
  name: z.string().max(200),
  version: z.string().max(200).optional(),
  /** The configuration entry that the proxy was started from, such as `vscode` or `claude-code`. */
  entry: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .optional(),
  /** Process id of the MCP client, as the proxy sees it. */
  pid: z.number().int().positive().optional(),
});
export type AgentInfo = z.infer<typeof agentSchema>;

/** What `list_services` gives. */
export const serviceListSchema = z.object({
  services: z.array(
    z.object({
      name: z.string(),
      description: z.string().optional(),
      baseUrl: z.string(),
      environment: z.string().optional(),
      status: z.string(),
      // One line a rule: `GET, POST /v1/customers/**`, `deny DELETE /v1/charges`.
      rules: z.array(z.string()),
      nextStep: z.string().optional(),
    }),
  ),
  nextStep: z.string().optional(),
});
export type ServiceList = z.infer<typeof serviceListSchema>;

/** What `request_access` gives. */
export const accessAnswerSchema = z.object({
  recorded: z.boolean(),
  message: z.string(),
  nextStep: z.string(),
});
export type AccessAnswer = z.infer<typeof accessAnswerSchema>;

/** A call to a tool of an upstream MCP server. */
export const toolCallSchema = z.object({
  server: agentTexts.name,
  tool: agentTexts.name,
  arguments: z.record(z.string(), z.unknown()),
});
export type ToolCall = z.infer<typeof toolCallSchema>;

/** How far a call has come, as MCP's progress notifications say it. */
export const progressSchema = z.object({
  progress: z.number(),
  total: z.number().optional(),
  message: z.string().optional(),
});
export type CallProgress = z.infer<typeof progressSchema>;

const requestId = z.number().int().nonnegative();

/** What every message has that is to be replied to, whatever else is wrong with it. */
export const numberedSchema = z.object({ id: requestId });

/**
 * From the proxy, after the proof. `hello` comes first; its `scope` is `user` when the proxy could not tell which window
 * it belongs to and so must not meet a workspace's policy.
 */
export const fromProxySchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('hello'), agent: agentSchema, scope: z.enum(['window', 'user']) }),
  z.object({ do: z.literal('listServices'), id: requestId, service: agentTexts.name.optional() }),
  /** `notifyWaiting`: say so, once, when the call begins to wait for the user. */
  z.object({ do: z.literal('execute'), id: requestId, call: callSchema, notifyWaiting: z.literal(true).optional() }),
  z.object({ do: z.literal('requestAccess'), id: requestId, access: accessSchema }),
  z.object({ do: z.literal('listTools'), id: requestId, server: agentTexts.name }),
  /** `notifyProgress`: say when it begins to wait for the user, and what the server says of its progress. */
  z.object({
    do: z.literal('callTool'),
    id: requestId,
    call: toolCallSchema,
    notifyProgress: z.literal(true).optional(),
  }),
  /** From now on: say whenever the list of this server's tools is another one. */
  z.object({ do: z.literal('watchTools'), server: agentTexts.name }),
  z.object({ do: z.literal('cancel'), id: requestId }),
]);
export type FromProxy = z.infer<typeof fromProxySchema>;

/**
 * From the gateway: one reply for each id, a good answer or a refusal of the closed list. Before it, for who asked to be
 * told, that the call waits for the user, or how far it has come. And that the tools of a watched server changed.
 */
export const fromGatewaySchema = z.union([
  z.object({ id: requestId, waiting: z.literal('approval') }),
  z.object({ id: requestId, refusal: refusalSchema }),
  z.object({ id: requestId, answer: z.record(z.string(), z.unknown()) }),
  z.object({ id: requestId, progress: progressSchema }),
  z.object({ event: z.literal('toolsChanged'), server: z.string() }),
]);
export type FromGateway = z.infer<typeof fromGatewaySchema>;
