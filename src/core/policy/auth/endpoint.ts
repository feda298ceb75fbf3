import type { BaseUrl } from '../../net/baseUrl.ts';

/** An endpoint's request target: its path as it is written, with a final slash if it has one. */
export function endpointTarget({ prefix, text }: BaseUrl): string {
  return text.endsWith('/') || prefix === '' ? `${prefix}/` : prefix;
}

export function endpointText(url: BaseUrl): string {
  return `${url.origin}${endpointTarget(url)}`;
}
