import type { Phrase } from '../text/phrase.ts';
import { parseBaseUrl } from './baseUrl.ts';
import type { Network } from './network.ts';

/** The narrowest `network` with which this base URL can be used, or why it cannot be used at all. */
export type NeededNetwork = { readonly network: Network } | { readonly problem: Phrase };

/** A host that is plainly inside gets the opt-in it needs; a public one never does, so `http:` to it is refused. */
export function neededNetwork(baseUrl: string): NeededNetwork {
  const open = parseBaseUrl(baseUrl, 'public');
  if (open.ok) return { network: 'public' };
  const hostIsPublic = parseBaseUrl(baseUrl.replace(/^http:/i, 'https:'), 'public').ok;
  const inside = hostIsPublic
    ? undefined
    : (['private', 'loopback'] as const).find((network) => parseBaseUrl(baseUrl, network).ok);
  return inside ? { network: inside } : { problem: open.error.message };
}
