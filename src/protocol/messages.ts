import { z } from 'zod';

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
  /** What to do next, for the agent or for the person. */
  nextStep: z.string(),
  /** Whether the request may have reached the API. */
  sent: z.enum(['no', 'yes', 'unknown']),
  service: z.string().optional(),
  rule: z.string().optional(),
  retryAfterMs: z.number().optional(),
  approvalId: z.string().optional(),
});
export type Refusal = z.infer<typeof refusalSchema>;

const queryValue = z.union([z.string(), z.number(), z.boolean()]);

/** The arguments of `execute` and `read` as they travel; the gateway judges everything else about them. */
export const callSchema = z.object({
  service: z.string(),
  method: z.string(),
  path: z.string(),
  query: z.record(z.string(), z.union([queryValue, z.null(), z.array(queryValue)])).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  json: z.unknown().optional(),
  form: z.record(z.string(), z.unknown()).optional(),
  text: z.string().optional(),
  reason: z.string().optional(),
  select: z.array(z.string()).optional(),
  maxChars: z.number().optional(),
  /** Which tool the agent used: `read` never carries a body or another method than GET and HEAD. */
  tool: z.enum(['read', 'execute']),
});
export type Call = z.infer<typeof callSchema>;

export const accessSchema = z.object({
  service: z.string(),
  method: z.string(),
  path: z.string(),
  reason: z.string(),
});
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
