import type { CanonicalRequest } from '../../request/parts/requestModel.ts';
import { BODY_TYPES, type BodyType } from '../model/restrictionModel.ts';
import type { Service } from '../model/service.ts';

/** What a trail says of a body: the kind whose fields an API surely finds, or another one. */
export type SeenBodyType = BodyType | 'other';

export function bodyTypeOf(request: Pick<CanonicalRequest, 'body' | 'headers'>): SeenBodyType | undefined {
  if (request.body === undefined) return undefined;
  return BODY_TYPES.find((type) => hasNoOtherBody(request, type, { headers: { set: [], allow: [] } })) ?? 'other';
}

/**
 * Whether a request has no other body than one of this kind. JSON counts only as what every JSON API takes,
 * `application/json`, as what AWS calls it, where AWS is called, or as what the policy itself sets: many frameworks parse
 * nothing under `application/*+json`, and the agent would choose whether the fields are read.
 */
export function hasNoOtherBody(
  { body, headers }: Pick<CanonicalRequest, 'body'> & Partial<Pick<CanonicalRequest, 'headers'>>,
  type: BodyType,
  { headers: { set }, auth }: Pick<Service, 'headers'> & Partial<Pick<Service, 'auth'>>,
): boolean {
  if (body === undefined) return true;
  if (body.kind !== type) return false;
  if (type === 'form' || set.some(([name]) => name === 'content-type')) return true;
  const sent = headers?.find(([name]) => name === 'content-type')?.[1] ?? 'application/json';
  if (auth?.type === 'aws-sigv4' && /^application\/x-amz-json-1\.[01]$/.test(sent)) return true;
  return /^application\/json(?:; charset=utf-8)?$/i.test(sent);
}
