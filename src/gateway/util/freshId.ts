import { randomUUID } from 'node:crypto';

/** An id for one event, or for an intent and its outcome. */
export function freshId(): string {
  return randomUUID();
}
