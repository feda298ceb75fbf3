import type { Phrase } from '../../text/phrase.ts';
import type { Position, Severity, Span } from '../../text/span.ts';
import type { CheckNumber, Finding, ReadConfig, SecretPlace } from '../model/checkupModel.ts';
import { masked } from '../secrets/findSecrets.ts';
import type { SecretUse } from '../secrets/secretUses.ts';
import type { Surroundings } from './environmentReader.ts';
import type { Environment, Evidence } from './environmentWords.ts';

/** What the checks across files need to know of a secret in one of them. Plain data, and nothing of its value. */
export interface PlacedSecret {
  readonly file: string;
  readonly server?: string;
  /** JSON Pointer in the file. */
  readonly key: string;
  readonly span: Span;
  readonly start: Position;
  readonly end: Position;
  /** The very object that the finding of check 1 has. */
  readonly place: SecretPlace;
  /** A keyed digest of the value. */
  readonly fingerprint: string;
  /** What tells the environment that uses it, the nearest first. */
  readonly evidence: readonly Evidence[];
  /** The digest of its finding of check 1. */
  readonly digest?: string;
  /** Whether the user accepts that it stands here. */
  readonly accepted?: true;
  /** Where a payment provider's live key or live mode is used outside of production. */
  readonly liveIn?: Environment;
}

export function placedSecret(
  { file, lines }: ReadConfig,
  { server, text, place }: SecretUse,
  fingerprint: string,
  { evidence, liveIn }: Surroundings,
  digest: string | undefined,
): PlacedSecret {
  return {
    file: file.path,
    ...(server && { server: masked(server.name) }),
    key: masked(text.pointer),
    span: text.span,
    start: lines.position(text.span.start),
    end: lines.position(text.span.end),
    place,
    fingerprint,
    evidence,
    ...(digest !== undefined && { digest }),
    ...(liveIn && { liveIn }),
  };
}

/** More places than this are counted, and not listed one by one. */
const MAX_RELATED = 50;

/** A finding at a secret, with the other places that it is about. */
export function findingAt(
  { file, server, key, span, start, end, place, digest }: PlacedSecret,
  check: CheckNumber,
  statement: { readonly severity: Severity; readonly code: string; readonly message: Phrase },
  others: readonly PlacedSecret[] = [],
  saidOf: (other: PlacedSecret) => Phrase = () => statement.message,
): Finding {
  const related = others.slice(0, MAX_RELATED).map((other) => ({
    file: other.file,
    start: other.start,
    message: saidOf(other),
  }));
  return {
    ...statement,
    check,
    file,
    ...(server !== undefined && { server }),
    key,
    span,
    start,
    end,
    secret: place,
    ...(digest !== undefined && { digest }),
    ...(related.length > 0 && { related }),
  };
}
