import { memberPart, unquoted } from './assignments.ts';
import type { Part } from './part.ts';

const SEPARATORS = [',', ';', '\t'];

/**
 * The cells of a table whose first line names its columns, as consoles hand credentials out for download: `User name,Password`.
 * None where a line has another number of cells.
 */
export function tableParts(lines: readonly string[]): Part[] {
  const [head = '', ...rows] = lines;
  for (const separator of SEPARATORS) {
    const names = cellsOf(head, separator);
    if (names.length < 2) continue;
    const filled = rows.map((row) => cellsOf(row, separator));
    if (filled.every((cells) => cells.length === names.length)) {
      return filled.flatMap((cells) => cells.map((cell, column) => memberPart(names[column] ?? '', cell)));
    }
  }
  return [];
}

/** A separator inside of quotes is none. */
function cellsOf(line: string, separator: string): string[] {
  const cells: string[] = [];
  let cell = '';
  for (const piece of line.split(separator)) {
    cell = cell === '' ? piece : `${cell}${separator}${piece}`;
    const open = cell.trimStart().startsWith('"') && cell.split('"').length % 2 === 0;
    if (open) continue;
    cells.push(unquoted(cell.trim()));
    cell = '';
  }
  return cell === '' ? cells : [...cells, cell.trim()];
}
