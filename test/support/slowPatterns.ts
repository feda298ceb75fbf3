import { parseSync, Visitor } from 'oxc-parser';
import { analyse } from 'scslre';

/** A regular expression that may take longer than its text is long, or that cannot be looked at where it stands. */
export interface SlowPattern {
  /** As the source has it, on one line. */
  readonly source: string;
  readonly line: number;
  readonly why: string;
}

/**
 * The regular expressions of a TypeScript file with repetitions that can take each other's characters, nested or adjacent
 * (`(a+)+`, `a+a+`), or that are tried again from each place of a long run (`a+$`); and those that are put together while
 * the program runs, of which this cannot tell.
 */
export function slowPatterns(text: string): SlowPattern[] {
  const found: SlowPattern[] = [];
  const note = ({ start, end }: { readonly start: number; readonly end: number }, why: string): void => {
    const source = text.slice(start, end).replaceAll(/\s+/g, ' ');
    found.push({ source, line: text.slice(0, start).split('\n').length, why });
  };
  const { program, errors } = parseSync('source.ts', text);
  if (errors.length > 0) throw new Error(`not TypeScript: ${errors[0]?.message}`);
  new Visitor({
    Literal: (node) => {
      const why = 'regex' in node ? whySlow({ source: node.regex.pattern, flags: node.regex.flags }) : undefined;
      if (why !== undefined) note(node, why);
    },
    NewExpression: (node) => {
      if (isRegExp(node.callee)) note(node, 'put together');
    },
    CallExpression: (node) => {
      if (isRegExp(node.callee)) note(node, 'put together');
    },
  }).visit(program);
  return found;
}

/** Why a regular expression may be slow, or undefined where nothing says so. */
export function whySlow(pattern: { readonly source: string; readonly flags: string }): string | undefined {
  const { reports } = analyse({ source: pattern.source, flags: pattern.flags });
  const [first] = reports;
  return first && `${{ Trade: 'adjacent', Self: 'nested', Move: 'tried again' }[first.type]}: ${first.character.pick}`;
}

function isRegExp(callee: { readonly type: string; readonly name?: unknown }): boolean {
  return callee.type === 'Identifier' && callee.name === 'RegExp';
}
