import { Redactor } from '../../../core/redact/redactor.ts';
import type { Secret } from '../../../core/secret.ts';

/** What an error that was provoked through one service showed. */
export type LeakResult =
  | { readonly kind: 'clean'; readonly service: string; readonly status: number | undefined }
  | { readonly kind: 'leak'; readonly service: string }
  /** No rule of the service allows the request that would provoke it. */
  | { readonly kind: 'not-allowed'; readonly service: string };

/** A path that no API has. The marker makes it findable in the provider's own logs. */
export function impossiblePath(marker: string): string {
  return `/valet-key-self-test-${marker}`;
}

/** Whether the value stands in what came back, in any encoding that the redactor knows. */
export function shows(value: Secret, texts: readonly string[]): boolean {
  const redactor = new Redactor([{ name: 'self-test', value }]);
  return texts.some((text) => redactor.text(text).count > 0);
}
