import type { Secret } from '../secret.ts';

/** The one way of a value into what is looked for in answers. */
export function opened(value: Secret): string {
  return value.expose('redactor');
}
