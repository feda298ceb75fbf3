/**
 * A second evaluator, written to be obviously right and to share no code with the product: it reads patterns as text,
 * tries everything by recursion and scans lists. Its patterns and paths are canonical already.
 */

export interface NaiveRule {
  readonly path: string;
  readonly methods?: readonly string[];
  readonly effect?: 'allow' | 'deny';
  readonly approval?: 'always' | 'remember';
  /** More fields of the rule, as they are written. This evaluator knows nothing of them. */
  readonly more?: string;
}

export type NaiveVerdict = 'allow' | 'ask' | 'deny';

/** What the rules say about one request: deny wins, then nothing without an allow, then ask. */
export function naiveVerdict(rules: readonly NaiveRule[], method: string, path: string): NaiveVerdict {
  const paths = naivePaths(path);
  for (const rule of rules) {
    if (rule.effect === 'deny' && naiveConcerns(rule, method, path, paths)) return 'deny';
  }
  const allows = (rule: NaiveRule, asked: string): boolean =>
    rule.effect !== 'deny' && (rule.methods ?? []).includes(method) && naiveMatches(rule.path, asked);
  const isOpen = naiveEnds(path).every((end) => rules.some((rule) => allows(rule, end)));
  for (const rule of rules) {
    if (allows(rule, path) && (isOpen || naiveEnds(rule.path).length > 0)) {
      return rules.some((one) => one.approval !== undefined && naiveConcerns(one, method, path, paths))
        ? 'ask'
        : 'allow';
    }
  }
  return 'deny';
}

/** What stands in a canonical path before each of the signs at which some servers end it. */
function naiveEnds(path: string): string[] {
  const characters = path.match(/%(?:[0-7].|[CD].%..|E.%..%..|F.%..%..%..)|./g) ?? [];
  return ['?', '#', ';'].flatMap((mark) => {
    const at = characters.findIndex((one) => decodeURIComponent(one).normalize('NFKC').includes(mark));
    return at < 0 ? [] : [characters.slice(0, at).join('')];
  });
}

function naiveConcerns(rule: NaiveRule, method: string, path: string, paths: string[][]): boolean {
  const methods = rule.methods ?? [method];
  const concerned = methods.includes(method) || (method === 'HEAD' && methods.includes('GET'));
  return concerned && (naiveMatches(rule.path, path) || naiveMatchesFolded(rule.path, path, paths));
}

/** The strict match of a canonical pattern and a canonical path. */
export function naiveMatches(pattern: string, path: string): boolean {
  return segmentsMatch(pattern.slice(1).split('/'), path.slice(1).split('/'), false);
}

/** The generous match: some reading of the path has the form of the pattern. */
export function naiveMatchesFolded(pattern: string, path: string, paths = naivePaths(path)): boolean {
  const folded = dropFinalSlash(pattern).map(foldPattern);
  const last = folded.length - 1;
  const form = folded.map((segment, index) => (segment === '**' ? segment : patternForm(segment, index === last)));
  return paths.some((asked) => segmentsMatch(form, asked, true));
}

/** What a server may drop from a segment, one after the other, each time or not. */
const DROPS: readonly ((text: string) => string)[] = [
  (text) => [...text].filter((character) => !/[\p{Cf}\p{Default_Ignorable_Code_Point}]/u.test(character)).join(''),
  (text) => text.split(';')[0] ?? '',
  (text) => text.split('::$')[0] ?? '',
  (text) => text.trimStart(),
  dropEnd,
];

/** And from the last one, whose format may be named in it: nothing, one format, or all of them. */
const LAST_DROPS: readonly ((text: string) => string)[] = [(text) => text, dropFormat, dropFormats];

function dropEnd(text: string): string {
  let rest = text;
  while (rest.endsWith('.') || rest !== rest.trimEnd()) rest = rest.endsWith('.') ? rest.slice(0, -1) : rest.trimEnd();
  return rest;
}

function dropFormat(text: string): string {
  const match = /^(.+)\.(?:json|xml|csv|html?|txt|ya?ml|js|rss|atom|pdf)$/s.exec(dropEnd(text));
  return match === null ? text : dropEnd(match[1] ?? '');
}

function dropFormats(text: string): string {
  const next = dropFormat(text);
  return next === text ? text : dropFormats(next);
}

/** Each path that a server may read. */
function naivePaths(path: string): string[][] {
  const whole = path.slice(1).split('/').map(foldText).join('/');
  const texts = [whole, ...['?', '#', ';'].map((mark) => whole.split(mark)[0] ?? '')];
  return texts.flatMap((text) => {
    const segments = dropFinalSlash(`/${text}`);
    const mayEndBefore = segmentForms(segments.at(-1) ?? 'nothing', true).includes('');
    return mayEndBefore ? [...spellings(segments), ...spellings(segments.slice(0, -1))] : spellings(segments);
  });
}

function spellings(segments: readonly string[]): string[][] {
  let paths: string[][] = [[]];
  for (const [index, segment] of segments.entries()) {
    const forms = segmentForms(segment, index === segments.length - 1);
    paths = paths.flatMap((path) => forms.map((form) => [...path, form]));
  }
  return paths;
}

function segmentForms(segment: string, last: boolean): string[] {
  // Of letters alone nothing is ever dropped, and a path has little else.
  if (/^[a-z0-9_-]*$/.test(segment)) return [segment];
  let forms = [segment];
  for (const drop of DROPS) forms = forms.flatMap((form) => [form, drop(form)]);
  return [...new Set(last ? forms.flatMap((form) => LAST_DROPS.map((drop) => drop(form))) : forms)];
}

/** A pattern is meant without what servers drop, but for what follows a semicolon, which it names on purpose. */
function patternForm(segment: string, last: boolean): string {
  const visible = (DROPS[0] ?? dropEnd)(segment);
  const bare = dropEnd(visible.trimStart());
  return last ? dropFormats(bare) : bare;
}

function dropFinalSlash(text: string): string[] {
  const segments = text.slice(1).split('/');
  return segments[segments.length - 1] === '' ? segments.slice(0, -1) : segments;
}

/** A wildcard survives folding as U+0001, so that a decoded star is not taken for one. */
function foldPattern(segment: string): string {
  return segment === '**' ? '**' : segment.split('*').map(foldText).join('\u0001');
}

function foldText(text: string): string {
  return decodeURIComponent(text).normalize('NFKC').toLowerCase().replaceAll('+', ' ');
}

function segmentsMatch(pattern: readonly string[], path: readonly string[], folded: boolean): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return path.length === 0;
  if (first === '**') {
    const fewest = rest.length === 0 && !folded ? 1 : 0;
    for (let taken = fewest; taken <= path.length; taken += 1) {
      if (segmentsMatch(rest, path.slice(taken), folded)) return true;
    }
    return false;
  }
  const [segment, ...others] = path;
  if (segment === undefined) return false;
  return charactersMatch(units(first, folded), units(segment, folded), folded) && segmentsMatch(rest, others, folded);
}

/** Characters, with a percent escape counting as one. A star on the request's side is spelled as its escape. */
function units(segment: string, folded: boolean): string[] {
  if (folded) return [...segment];
  const list: string[] = [];
  for (let at = 0; at < segment.length; at += 1) {
    if (segment[at] === '%') {
      list.push(segment.slice(at, at + 3));
      at += 2;
    } else list.push(segment.charAt(at));
  }
  return list;
}

function charactersMatch(pattern: readonly string[], text: readonly string[], folded: boolean): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text.length === 0;
  if (first === (folded ? '\u0001' : '*')) {
    for (let taken = 1; taken <= text.length; taken += 1) {
      if (charactersMatch(rest, text.slice(taken), folded)) return true;
    }
    return false;
  }
  const [character, ...others] = text;
  if (character === undefined) return false;
  const same = character === first || (!folded && character === '*' && first === '%2A');
  return same && charactersMatch(rest, others, folded);
}
