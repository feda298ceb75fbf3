import type { Severity } from '../../text/span.ts';
import type { Aspect, CheckNumber, Finding, SecretPlace } from '../model/checkupModel.ts';

/**
 * Checks whose findings about a secret are other sides of its standing in plain text: who moves and rotates it is done with
 * them, too. A credential that environments share (check 6) needs another one to be made, and stays a finding.
 */
const OF_SECRETS: ReadonlySet<CheckNumber> = new Set([2, 3, 4, 7, 8, 10]);

/** The worst first. */
export const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, information: 2 };

/**
 * Puts what the checks say of one secret beneath its finding of check 1, so that one secret is one finding. Which secret is
 * told by its place, which the checks of one run share. No finding is milder than what stands beneath it.
 */
export function withAspects(findings: readonly Finding[]): Finding[] {
  const aspects = new Map<SecretPlace, Aspect[]>();
  for (const { check, secret, aspects: known = [] } of findings) {
    if (check === 1 && secret) aspects.set(secret, [...known]);
  }
  const own = findings.filter((finding) => {
    const beneath = finding.secret && OF_SECRETS.has(finding.check) ? aspects.get(finding.secret) : undefined;
    beneath?.push(aspectOf(finding));
    return beneath === undefined;
  });
  return own.map((finding) => {
    const beneath = finding.check === 1 && finding.secret ? (aspects.get(finding.secret) ?? []) : [];
    if (beneath.length === 0) return finding;
    const severity = [finding, ...beneath].map((one) => one.severity).reduce(worse);
    return { ...finding, severity, aspects: beneath };
  });
}

/** A finding and what stands beneath it. */
export function sidesOf(finding: Finding): readonly Aspect[] {
  return [finding, ...(finding.aspects ?? [])];
}

function aspectOf({ secret: _, fix: __, aspects: ___, digest: ____, ...aspect }: Finding): Aspect {
  return aspect;
}

function worse(one: Severity, other: Severity): Severity {
  return RANK[one] <= RANK[other] ? one : other;
}
