import { parseBaseUrl } from '../../net/baseUrl.ts';
import { phrase } from '../../text/phrase.ts';
import type { PolicyAuthor } from '../model/policy.ts';
import { type Entry, type Reader, spanOf } from '../text/reader.ts';

const EXAMPLE = 'allowedOrigins: [https://api.example.com]';

/** The origins that an administrator allows, in WHATWG form; undefined without the key. An empty list allows none. */
export function readAllowedOrigins(
  reader: Reader,
  entry: Entry | undefined,
  author: PolicyAuthor,
): readonly string[] | undefined {
  if (entry === undefined) return undefined;
  if (author !== 'administrator') {
    reader.problems.error(
      'administrator-only',
      entry.key,
      phrase`Only the administrator’s policy file can have \`allowedOrigins\`. Remove it; the services here define their own origins.`,
    );
    return undefined;
  }
  const items = reader.list(entry, '`allowedOrigins`', EXAMPLE);
  return items?.flatMap((item) => {
    const at = item === null ? reader.at(entry) : spanOf(item);
    const text = reader.text(item, at, phrase`An origin`);
    if (text === undefined) return [];
    const origin = originOf(text);
    if (origin === undefined) {
      reader.problems.error(
        'bad-origin',
        at,
        phrase`An origin is a scheme and a host, with a port if it is not the usual one, such as https://api.example.com.`,
      );
    }
    return origin ?? [];
  });
}

/** The list concerns where credentials may go; what a service may resolve to is its `network`, so any of them is right. */
function originOf(text: string): string | undefined {
  for (const network of ['public', 'private', 'loopback'] as const) {
    const parsed = parseBaseUrl(text, network);
    if (parsed.ok) return parsed.value.prefix === '' ? parsed.value.origin : undefined;
  }
  return undefined;
}
