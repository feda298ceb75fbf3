import { isAddress, isSecretMember } from './members.ts';
import type { Part } from './part.ts';

const COLUMN_SEPARATORS = [',', ';', '\t', '|'];

/** A line that is drawn in a table. */
const RULE = /^[\s|:+=-]+$/;

const NAME = /^[\w.$:/[\] -]{1,100}$/;

/** `name=value`, and several of them behind each other; undefined when the text is nothing of the kind. */
export function assignments(text: string): Part[] | undefined {
  if (!text.includes('=')) return undefined;
  for (const separator of [';', '&', ',', ' ']) {
    const items = splitOutsideQuotes(text, separator).filter((item) => item.trim() !== '');
    const members = items.map(assignment).filter((item) => item !== undefined);
    if (members.length > 1 && members.length === items.length) return members;
  }
  const single = assignment(text);
  return single && [single];
}

function assignment(text: string): Part | undefined {
  const equals = text.indexOf('=');
  const name = text
    .slice(0, Math.max(equals, 0))
    .trim()
    .replace(/^(?:export|set) /, '');
  const value = unquoted(text.slice(equals + 1).trim());
  // Nothing but signs of equality is the padding of base64.
  if (!NAME.test(name) || name.includes('://') || /^=*$/.test(value)) return undefined;
  return memberPart(name, value);
}

/** The value of a member, a parameter or a variable. */
export function memberPart(name: string, text: string): Part {
  const part = { text, secret: isSecretMember(name, text), password: /passw|passphrase|pwd$/i.test(name) };
  return isAddress(text) && part.secret ? { ...part, host: true } : part;
}

/** Without the quotes around it; the same text where there are none. */
export function unquoted(text: string): string {
  const quote = text[0];
  const quoted = text.length > 1 && (quote === '"' || quote === "'" || quote === '`') && text.endsWith(quote);
  return quoted ? text.slice(1, -1) : text;
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const items: string[] = [];
  let quote = '';
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if ((char === '"' || char === "'") && text[i - 1] === '=') {
      quote = char;
    } else if (char === separator) {
      items.push(text.slice(start, i));
      start = i + 1;
    }
  }
  items.push(text.slice(start));
  return items;
}

/**
 * The cells of a table whose first line names its columns, as consoles hand credentials out for download: `User name,Password`,
 * or as they draw them.
 * None where a line has another number of cells.
 */
export function tableParts(lines: readonly string[]): Part[] {
  const [head = '', ...rows] = lines.filter((line) => !RULE.test(line)).map((line) => line.replace(/^\||\|$/g, ''));
  for (const separator of COLUMN_SEPARATORS) {
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
  const cells: string[][] = [];
  let open = false;
  for (const piece of line.split(separator)) {
    if (open) cells.at(-1)?.push(piece);
    else cells.push([piece]);
    const quotes = piece.split('"').length - 1;
    open = (open || piece.trimStart().startsWith('"')) && open === (quotes % 2 === 0);
  }
  return cells.map((pieces) => unquoted(pieces.join(separator).trim()));
}
