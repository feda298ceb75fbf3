import { isScalar, type ParsedNode } from 'yaml';
import { parseBaseUrl } from '../../net/baseUrl.ts';
import type { Network } from '../../net/network.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';
import type { Problem } from '../../text/problem.ts';
import type { Span } from '../../text/span.ts';
import { listOf } from '../../text/textEdit.ts';
import { addPair, fillValue, removePair } from '../text/yamlEdit.ts';
import { type AnyMap, nodeWithSpan, pairNamed } from '../text/yamlFind.ts';
import { yamlText } from '../text/yamlText.ts';
import type { PolicyFix } from './policyFix.ts';

const NETWORKS: readonly Network[] = ['public', 'private', 'loopback'];

/** The fixes of a URL that is not taken. What is removed may be a credential, so no title quotes it. */
export function baseUrlFixes(
  text: string,
  root: ParsedNode,
  { code, span, suggestion }: Problem,
): readonly PolicyFix[] {
  const found = nodeWithSpan(root, span);
  // The map of the service or server: a URL in `auth` is dialled as the service says.
  const [, , owner] = found?.parents ?? [];
  const node = found?.node;
  if (!isScalar(node) || typeof node.value !== 'string') return [];
  const url = node.value;
  const https = url.replace(/^[A-Za-z][A-Za-z0-9+.-]*:/, 'https:');
  switch (code) {
    case 'base-url-query':
      return [written(phrase`Remove the query`, span, url.slice(0, url.indexOf('?')))];
    case 'base-url-fragment':
      return [written(phrase`Remove the fragment`, span, url.slice(0, url.indexOf('#')))];
    case 'base-url-userinfo':
      return [written(phrase`Remove the user name and password`, span, url.replace(/^([^/]*\/\/)[^/]*@/, '$1'))];
    case 'base-url-scheme':
      return [written(phrase`Write https`, span, https)];
    case 'base-url-cleartext':
      return networkOf(https) === 'loopback'
        ? networkFix(text, owner as AnyMap | undefined, 'loopback')
        : [written(phrase`Write https`, span, https)];
    case 'base-url-localhost':
      return suggestion === undefined ? [] : [written(phrase`Write 127.0.0.1`, span, suggestion)];
    case 'base-url-network':
      return networkFix(text, owner as AnyMap | undefined, networkOf(url));
    default:
      return [];
  }
}

function written(title: Phrase, span: Span, url: string): PolicyFix {
  return { title, edits: [{ span, newText: yamlText(url) }] };
}

/** The first network under which the URL is taken. */
function networkOf(url: string): Network | undefined {
  return NETWORKS.find((network) => parseBaseUrl(url, network).ok);
}

/** Says in a service or server what its address says: `public` is what it is without the key. */
function networkFix(text: string, owner: AnyMap | undefined, network: Network | undefined): readonly PolicyFix[] {
  if (owner === undefined || network === undefined) return [];
  const written = pairNamed(owner, 'network');
  if (network === 'public') {
    return written === undefined
      ? []
      : [{ title: phrase`Remove \`network\``, edits: listOf(removePair(text, owner, written)) }];
  }
  const beside = pairNamed(owner, 'baseUrl') ?? pairNamed(owner, 'url');
  return written === undefined
    ? [
        {
          title: phrase`Add \`network: ${network}\``,
          edits: listOf(addPair(text, owner, [`network: ${network}`], beside)),
        },
      ]
    : [{ title: phrase`Write \`network: ${network}\``, edits: listOf(fillValue(text, owner, written, network)) }];
}
