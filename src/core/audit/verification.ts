import type { Phrase } from '../text/phrase.ts';

/** Where a chain stood at some time, kept where whoever can write the files cannot. */
export interface AuditAnchor {
  readonly seq: number;
  readonly hash: string;
}

export type AuditFindingCode =
  /** A record's text is not what its hash was made of: one or more characters differ. */
  | 'changed'
  /** A line is not a record at all. */
  | 'broken_line'
  /** The last line is not whole: the process was killed while it wrote, or the file was cut. */
  | 'cut_line'
  /** Records between two others are gone. */
  | 'missing'
  /** A record stands after a later one, or a second time. */
  | 'out_of_order'
  /** A record of another run stands among these. */
  | 'foreign'
  /** A record does not follow the one before it: one of them was replaced. */
  | 'relinked'
  /** The beginning is gone, and no `pruned` record of the same run vouches for it. */
  | 'missing_start'
  /** The `pruned` record that vouches for the beginning is newer than the anchor, so that anybody may have added it. */
  | 'start_not_anchored'
  /** The anchored record is another one: the chain was made anew. */
  | 'rewritten'
  /** The chain ends before its anchor. */
  | 'cut_tail'
  /** Not a sign of tampering in itself: the clock went back between two records. */
  | 'clock_back';

export interface AuditFinding {
  readonly file: string;
  /** From 1; 0 when it concerns the file as a whole. */
  readonly line: number;
  readonly code: AuditFindingCode;
  /** What is wrong and between which records. */
  readonly message: Phrase;
}

export interface AuditVerification {
  /** No problem was found. */
  readonly ok: boolean;
  /** How many lines were records. */
  readonly records: number;
  /** The first hundred. */
  readonly problems: readonly AuditFinding[];
  /** How many there were. */
  readonly problemCount: number;
  /** What is odd, but no problem; the first hundred. */
  readonly notes: readonly AuditFinding[];
  /** `not anchored` without an anchor: that the newest records were cut off cannot be told then. */
  readonly tail: 'anchored' | 'not anchored' | 'cut' | 'rewritten';
  /** The run that the records name; absent without any. */
  readonly gatewayId?: string;
  /** Where the chain ends; absent without any record. */
  readonly head?: AuditAnchor;
}
