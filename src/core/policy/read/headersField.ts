import { isReservedHeader, sameHeader } from '../../request/parts/headers.ts';
import { phrase } from '../../text/phrase.ts';
import type { Span } from '../../text/span.ts';
import { isHeaderName } from '../auth/authReader.ts';
import type { Auth } from '../auth/authTypes.ts';
import { authHeaders } from '../auth/authTypes.ts';
import type { ServiceHeaders } from '../model/service.ts';
import { isCredentialKey } from '../text/literalCredential.ts';
import { type Entry, type Reader, spanOf } from '../text/reader.ts';

const NONE: ServiceHeaders = { set: [], allow: [] };

/** Reads a service's `headers`: vendor headers with fixed values, and caller headers let through. */
export function readHeaders(reader: Reader, entry: Entry | undefined, auth: Auth | undefined): ServiceHeaders {
  if (entry === undefined) return NONE;
  const fields = reader.map(entry.value, reader.at(entry), '`headers`', '{ allow: [x-trace-id] }');
  if (fields === undefined) return NONE;
  reader.onlyKnown(fields, ['set', 'allow'], '`headers`');

  const seen: string[] = [];
  /** The name in lower case, or undefined and a problem. */
  const headerName = (written: string, at: Span): string | undefined => {
    const name = written.toLowerCase();
    if (!isHeaderName(written)) {
      reader.problems.error(
        'bad-header-name',
        at,
        phrase`This is not a header name. Write letters, digits and dashes.`,
      );
      return undefined;
    }
    const own = auth === undefined ? [] : authHeaders(auth);
    if (isReservedHeader(name) || own.some((one) => sameHeader(one, name))) {
      reader.problems.error(
        'reserved-header',
        at,
        phrase`This header is set by the gateway, or would change where or how the request is sent. Remove it; the credential belongs in \`auth\`.`,
      );
      return undefined;
    }
    if (seen.some((one) => sameHeader(one, name))) {
      reader.problems.error(
        'duplicate-header',
        at,
        phrase`This header is listed twice. Header names ignore upper and lower case.`,
      );
      return undefined;
    }
    seen.push(name);
    return name;
  };

  const set: (readonly [string, string])[] = [];
  const setEntry = fields.get('set');
  const pairs =
    setEntry && reader.map(setEntry.value, reader.at(setEntry), '`headers.set`', '{ x-vendor-mode: simple }');
  for (const pair of pairs?.entries ?? []) {
    const name = headerName(pair.name, pair.key);
    const value = reader.text(pair.value, reader.at(pair), phrase`A header’s value`);
    if (name === undefined || value === undefined) continue;
    // RFC 9110, 5.5: visible characters, with single spaces or tabs only inside.
    if (!/^[\x21-\x7e](?:[\x20-\x7e]{0,1022}[\x21-\x7e])?$/.test(value)) {
      reader.problems.error(
        'bad-header-value',
        reader.at(pair),
        phrase`A header value must be 1 to 1,024 printable ASCII characters, without spaces at the start or end.`,
      );
      continue;
    }
    if (isCredentialKey(name)) {
      reader.problems.warning(
        'credential-like-header',
        pair.key,
        phrase`This header’s name sounds like a credential. A policy file never holds one: use \`auth: { type: header, name: … }\` instead.`,
      );
    }
    set.push([name, value]);
  }

  const allow: string[] = [];
  const allowEntry = fields.get('allow');
  const items = allowEntry && reader.list(allowEntry, '`headers.allow`', '[x-trace-id]');
  for (const item of items ?? []) {
    const at = item === null ? (allowEntry?.key ?? entry.key) : spanOf(item);
    const written = reader.text(item, at, phrase`A header’s name`);
    const name = written === undefined ? undefined : headerName(written, at);
    if (name !== undefined) allow.push(name);
  }
  return { set, allow };
}
