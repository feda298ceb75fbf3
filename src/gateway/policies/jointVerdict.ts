import type { Limits } from '../../core/limits/limitsModel.ts';
import type { Verdict } from '../../core/policy/model/decision.ts';
import { type Phrase, phrase } from '../../core/text/phrase.ts';

/** What the halves of a document are judged for. */
export interface PolicySource {
  /** What the user is shown of the file. */
  readonly label: string;
  /** Whether the file also grants, or (workspace file before its first approval) only restricts. */
  readonly grants: boolean;
  /** Whether it is the administrator's. */
  readonly ceiling: boolean;
}

/** What one document says, and whose word could change it. */
export interface Opinion {
  /** The file that decided. */
  readonly label: string;
  /** True when the written text allows what the approved one does not: the user's review would settle it. */
  readonly awaitsApproval: boolean;
  /** True when the administrator's file decided. */
  readonly byAdministrator: boolean;
  /**
   * The reason, in words that agents may read: those of a text that the user or the administrator stands behind. What
   * nobody has approved yet may be anybody's, such as a repository's.
   */
  readonly reasonForAgents: Phrase;
}

/** What one document has of a name, in each of its halves. */
export interface Halves<Half> {
  readonly document: PolicySource;
  readonly approved?: Half | undefined;
  readonly written?: Half | undefined;
}

/** What all documents together say of a name. */
export type Lookup<InForce, Half> =
  | { readonly found: 'in_force'; readonly inForce: InForce }
  | { readonly found: 'unknown' }
  | NotApproved<Half>;

/** Named somewhere, but not approved as it stands. */
export interface NotApproved<Half> {
  readonly found: 'not_approved';
  readonly why: Phrase;
  /** Who could approve it. */
  readonly by: 'user' | 'administrator';
  /** What the file of the definition would have instead of what the user approved of it, where that is the difference. */
  readonly proposed?: Half;
}

/**
 * The first half of a document that is not equal to the definition in force; `differingPart` names the part that differs.
 * Undefined where all agree.
 */
export function unequalHalf<Half>(
  name: string,
  definition: Half,
  naming: readonly Halves<Half>[],
  differingPart: (one: Half, other: Half) => string | undefined,
): NotApproved<Half> | undefined {
  for (const { document, approved, written } of naming) {
    for (const other of [approved, written]) {
      const part = other === undefined ? undefined : differingPart(definition, other);
      if (part === undefined || other === undefined) continue;
      const ownEdit = approved === definition && other === written;
      return {
        found: 'not_approved',
        why: document.ceiling
          ? phrase`the ${part} of ${name} is not the one in ${document.label}`
          : phrase`the ${part} of ${name} in ${document.label} is not the one that was approved`,
        by: document.ceiling ? 'administrator' : 'user',
        ...(ownEdit ? { proposed: other } : {}),
      };
    }
  }
  return undefined;
}

/**
 * Why a name is off that one half of a document does not have: whatever rule was added elsewhere, it would stay so. The
 * administrator's file has one half only. Undefined where every half has it.
 */
export function absentHalf<Half>(name: string, naming: readonly Halves<Half>[]): NotApproved<Half> | undefined {
  for (const { document, approved, written } of naming) {
    if (document.ceiling) continue;
    const why =
      written === undefined
        ? noLongerNamed(document, name)
        : document.grants && approved === undefined
          ? notApproved(document, name)
          : undefined;
    if (why !== undefined) return { found: 'not_approved', why, by: 'user' };
  }
  return undefined;
}

function noLongerNamed({ label }: PolicySource, name: string): Phrase {
  return phrase`${label} no longer names ${name}`;
}

function notApproved({ label }: PolicySource, name: string): Phrase {
  return phrase`the user has not approved ${name} in ${label}`;
}

function notYetApproved({ label }: PolicySource): Phrase {
  return phrase`${label} does not allow it, by a rule that the user has not approved yet.`;
}

/**
 * What one document says, as approved ∧ written: the stricter of both halves, and each of them. `judge` decides by one
 * half; where that half does not name `name`, it gives a denial for the reason that it is handed.
 */
export function bothHalves<Half, D extends { readonly verdict: Verdict; readonly reason: Phrase }>(
  { document, approved, written }: Halves<Half>,
  name: string,
  judge: (half: Half | undefined, absent: Phrase) => D,
  strictness: (decision: D) => number,
): { readonly byApproved: D; readonly byWritten: D; readonly decision: D & Opinion } {
  const byWritten = judge(written, noLongerNamed(document, name));
  // Before its first approval a workspace file only restricts: its approved half has no say yet.
  const isOneText = approved !== undefined && approved === written;
  const byApproved = document.grants && !isOneText ? judge(approved, notApproved(document, name)) : byWritten;
  const stricter = strictness(byApproved) > strictness(byWritten) ? byApproved : byWritten;
  const approvedToo = document.grants && strictness(byApproved) === strictness(stricter);
  const stoodBehind = document.ceiling || written === undefined || written === approved;
  const decision = {
    ...stricter,
    reasonForAgents: stoodBehind ? stricter.reason : approvedToo ? byApproved.reason : notYetApproved(document),
    label: document.label,
    awaitsApproval: byWritten.verdict !== 'deny' && byApproved.verdict === 'deny',
    byAdministrator: document.ceiling,
  };
  return { byApproved, byWritten, decision };
}

/** As much as any of these takes, in bytes. */
export function mostBytes(definitions: readonly { readonly limits: Pick<Limits, 'requestBytes'> }[]): number {
  return definitions.reduce((most, { limits }) => Math.max(most, limits.requestBytes), 0);
}

/** What stands where no document says anything. */
export const NOBODY: Omit<Opinion, 'reasonForAgents'> = { label: '', awaitsApproval: false, byAdministrator: false };
