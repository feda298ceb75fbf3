import type { Injected } from './injected.ts';

/** `Authorization: Bearer <value>`, RFC 6750 section 2.1. */
export function injectBearer(request: Injected, value: string): Injected {
  return { target: request.target, headers: [...request.headers, ['authorization', `Bearer ${value}`]] };
}
