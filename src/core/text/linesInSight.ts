/** What fits a dialog: more lines, or longer ones, would push the rest and the buttons out of sight. */
const MAX_LINES = 16;
const MAX_LINE = 200;

/** The part of a list that a dialog shows. */
export interface LinesInSight {
  readonly lines: readonly string[];
  /** How many are not among them. */
  readonly more: number;
  /** Whether anything is out of sight, be it the end of one line. */
  readonly cut: boolean;
}

/** The first lines of a list, the long ones cut at their end. */
export function linesInSight(all: readonly string[]): LinesInSight {
  const lines = all.slice(0, MAX_LINES).map(shortened);
  const more = all.length - lines.length;
  return { lines, more, cut: more > 0 || lines.some((line, index) => line !== all[index]) };
}

function shortened(line: string): string {
  const points = [...line];
  return points.length > MAX_LINE ? `${points.slice(0, MAX_LINE - 1).join('')}…` : line;
}
