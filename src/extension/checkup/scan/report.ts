import type { CheckNumber, Finding } from '../../../core/checkup/model/checkupModel.ts';
import type { Severity } from '../../../core/text/span.ts';
import type { Exposure } from './exposures.ts';

/** A finding with what a person needs to get at it. */
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
}

/** What one run of the checkup found. Nothing in it holds a secret. */
export interface CheckupReport {
  /** When it ended: milliseconds since the epoch. */
  readonly at: number;
  /** How many files have servers, and how many servers there are in them. */
  readonly files: number;
  readonly servers: number;
  /** Always ten, in order. */
  readonly points: readonly Point[];
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
  return CHECKS.map((check) => {
    const own = findings
      .filter(({ finding }) => finding.check === check)
      .sort((one, other) => RANK[one.finding.severity] - RANK[other.finding.severity]);
    return { check, state: stateOf(check, own, subjects), findings: own };
  });
}

function stateOf(check: CheckNumber, findings: readonly ShownFinding[], { servers, services }: Subjects): PointState {
  const worst = findings[0]?.finding.severity;
  if (worst === 'error') return 'fail';
  if (worst === 'warning') return 'warn';
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
