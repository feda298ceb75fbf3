import type { DismissedFinding } from '../../../core/checkup/dismissed.ts';
import type { Coverage } from '../../../core/checkup/model/checkupCoverage.ts';
import type { CheckNumber, Finding } from '../../../core/checkup/model/checkupModel.ts';
import type { Severity } from '../../../core/text/span.ts';
import type { OwnDismissal } from './dismissals.ts';
import type { Exposure } from './exposures.ts';

/** A finding with what the user needs to get at it. */
export interface ShownFinding {
  /** The same in the next run, as long as it is the same finding. */
  readonly id: string;
  readonly finding: Finding;
  /** The file as it is shown: below a workspace folder or the home folder, where it is there. Empty for none. */
  readonly label: string;
  /** The file's address; absent for findings about no file. */
  readonly uri?: string;
  /** For what stood in plain text and was moved. */
  readonly exposure?: Exposure;
}

/** How one of the ten points stands. */
export type PointState = 'pass' | 'warn' | 'fail' | 'not-applicable';

export interface Point {
  readonly check: CheckNumber;
  readonly state: PointState;
  /** The worst first, then in the order of the files. */
  readonly findings: readonly ShownFinding[];
  /** How often it is told beneath a secret of point 1. */
  readonly beneath: number;
}

/** What one run of the checkup found. Nothing in it holds a secret. */
export interface CheckupReport {
  /** When it ended: milliseconds since the epoch. */
  readonly at: number;
  readonly coverage: Coverage;
  /** Always ten, in order. */
  readonly points: readonly Point[];
  /** What would be among them, had the user not dismissed it. */
  readonly dismissed: readonly ShownDismissal[];
}

export interface ShownDismissal extends DismissedFinding<OwnDismissal> {
  /** The file as it is shown. */
  readonly label: string;
}

/** Whether there is anything that a point could be about. */
export interface Subjects {
  /** MCP servers in configuration files. */
  readonly servers: number;
  /** Services of Valet Key. */
  readonly services: number;
}

export const CHECKS: readonly CheckNumber[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

/** Points that only servers of configuration files can fail. The others are about services of Valet Key, too. */
const ABOUT_SERVERS: ReadonlySet<CheckNumber> = new Set([1, 5, 9]);

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, information: 2 };

/** The ten points of these findings. Information never fails a point. */
export function pointsOf(findings: readonly ShownFinding[], subjects: Subjects): readonly Point[] {
  const aspects = findings.flatMap(({ finding }) => finding.aspects ?? []);
  return CHECKS.map((check) => {
    const own = findings
      .filter(({ finding }) => finding.check === check)
      .sort((one, other) => RANK[one.finding.severity] - RANK[other.finding.severity]);
    const beneath = aspects.filter((aspect) => aspect.check === check);
    const severities = [...own.map(({ finding }) => finding), ...beneath].map(({ severity }) => severity);
    return { check, state: stateOf(check, severities, subjects), findings: own, beneath: beneath.length };
  });
}

function stateOf(check: CheckNumber, severities: readonly Severity[], { servers, services }: Subjects): PointState {
  if (severities.includes('error')) return 'fail';
  if (severities.includes('warning')) return 'warn';
  const subjects = ABOUT_SERVERS.has(check) ? servers : servers + services;
  return subjects === 0 ? 'not-applicable' : 'pass';
}

/** How many findings of a report are no mere information. */
export function seriousCount({ points }: CheckupReport): number {
  return points.flatMap(({ findings }) => findings).filter(({ finding }) => finding.severity !== 'information').length;
}

/** The secrets in plain text that can be moved. */
export function plainSecrets({ points }: CheckupReport): readonly ShownFinding[] {
  return (points[0]?.findings ?? []).filter(({ finding }) => finding.secret !== undefined);
}
