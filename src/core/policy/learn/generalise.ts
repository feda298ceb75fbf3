import { literalPattern } from '../../request/parts/path.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';

/** A path pattern made of paths that were used, and why it is wider than they are. */
export interface Generalised {
  /** Every star of the paths themselves is escaped. */
  readonly pattern: string;
  /** Such as `cus_123 and 2 more look like identifiers`; absent when nothing was opened. */
  readonly why?: Phrase;
}

const MAX_QUOTED = 40;

/**
 * Canonical paths grouped by what they have in common once identifiers are stars: `/v1/customers/cus_123` is
 * `/v1/customers/*`. Only what plainly is an identifier is opened; a guess that opens too little is asked about again.
 */
export function generalise(paths: Iterable<string>): ReadonlyMap<Generalised, readonly string[]> {
  const groups = new Map<string, { readonly paths: string[]; readonly opened: Set<string> }>();
  for (const path of new Set(paths)) {
    const opened: string[] = [];
    const segments = path
      .slice(1)
      .split('/')
      .map((segment) => {
        if (!looksLikeIdentifier(segment)) return literalPattern(segment);
        opened.push(segment);
        return '*';
      });
    const pattern = `/${segments.join('/')}`;
    const group = groups.get(pattern) ?? { paths: [], opened: new Set<string>() };
    groups.set(pattern, group);
    group.paths.push(path);
    for (const segment of opened) group.opened.add(segment);
  }
  return new Map(
    [...groups].map(([pattern, group]) => {
      const [first, ...others] = group.opened;
      if (first === undefined) return [{ pattern }, group.paths] as const;
      const quoted = first.length > MAX_QUOTED ? `${first.slice(0, MAX_QUOTED)}…` : first;
      const why =
        others.length === 0
          ? phrase`${quoted} looks like an identifier`
          : phrase`${quoted} and ${others.length} more look like identifiers`;
      return [{ pattern, why }, group.paths] as const;
    }),
  );
}

/** Numbers, UUIDs, long hexadecimal texts, `cus_123` and other mixtures of letters and digits that are no version. */
function looksLikeIdentifier(segment: string): boolean {
  if (/^\d+$/.test(segment)) return true;
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(segment)) return true;
  if (/^[a-z]{2,12}_(?=[A-Za-z0-9]*\d)[A-Za-z0-9]{3,}$/.test(segment)) return true;
  if (/^(?=.*\d)[0-9a-f]{8,}$/i.test(segment)) return true;
  return /^(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9_-]{16,}$/.test(segment);
}
