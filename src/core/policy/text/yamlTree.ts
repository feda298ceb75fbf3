import { Composer, CST, Lexer, type ParsedNode, Parser } from 'yaml';
import { type Phrase, phrase } from '../../text/phrase.ts';
import type { ProblemCode, ProblemList } from '../../text/problems.ts';

/** How many maps and lists may lie inside each other. A policy needs six. */
const MAX_DEPTH = 20;

/**
 * The densest rules fill 256 KB with some 130,000 lexical tokens. More of them are brackets and commas without a
 * policy between, and each may cost the library an error object.
 */
export const MAX_LEXEMES = 160_000;

export const MAX_REPORTED = 20;

/** A text as one YAML document, in the library's nodes. */
export interface Tree {
  /** Null for an empty document. */
  readonly root: ParsedNode | null;
  /** How many lexical tokens it has. */
  readonly lexemes: number;
}

/** Reads a text; undefined when it was refused, with the reasons in `problems`. */
export type ReadTree = (text: string, problems: ProblemList) => Tree | undefined;

/** YAML features that a policy file does without, by the first character of their token. */
const REFUSED: Readonly<Record<string, { readonly code: ProblemCode; readonly message: Phrase }>> = {
  '*': {
    code: 'yaml-alias',
    message: phrase`YAML aliases (*name) are not allowed in a policy file. Write out the value, or put it in quotes.`,
  },
  '&': {
    code: 'yaml-anchor',
    message: phrase`YAML anchors (&name) are not allowed in a policy file. Remove the anchor, or put the value in quotes.`,
  },
  '!': {
    code: 'yaml-tag',
    message: phrase`YAML tags (!name) are not allowed in a policy file. Remove the tag, or put the value in quotes.`,
  },
  '%': {
    code: 'yaml-directive',
    message: phrase`YAML directives (%…) are not allowed in a policy file. Remove this line.`,
  },
};

/** Our words for the library's error codes: its own messages quote the text, which may be a credential. */
const SYNTAX: Readonly<Record<string, Phrase>> = {
  BAD_INDENT: phrase`The indentation does not match the lines around it. Align it with them, using spaces, and close every bracket.`,
  BAD_DQ_ESCAPE: phrase`This escape is not valid in a double-quoted YAML string. Use single quotes, or double the backslash.`,
  BAD_SCALAR_START: phrase`A plain value cannot start with this character. Put the value in quotes.`,
  BLOCK_AS_IMPLICIT_KEY: phrase`A map or list cannot start here on the same line. Put it on its own lines, indented.`,
  BLOCK_IN_FLOW: phrase`Inside [ ] and { } everything must be written with brackets and commas.`,
  KEY_OVER_1024_CHARS: phrase`This key is too long: YAML allows 1,024 characters.`,
  MISSING_CHAR: phrase`Something is missing here: a colon after the key, a comma, a closing bracket or a closing quote.`,
  MULTILINE_IMPLICIT_KEY: phrase`A key must stand on one line, with a colon after it.`,
  TAB_AS_INDENT: phrase`Use spaces, not tabs, to indent.`,
  UNEXPECTED_TOKEN: phrase`This is not expected here. Check the quotes, brackets and indentation just before it.`,
};

function depthOf(parser: Parser): number {
  // The stack holds the document, the collections that are open, and at most one scalar.
  if (parser.stack.length <= MAX_DEPTH) return 0;
  return parser.stack.reduce((depth, token) => depth + (CST.isCollection(token) ? 1 : 0), 0);
}

/** Turns the text into syntax tokens; stops at once where nesting goes too deep. Undefined when something was refused. */
function tokenize(
  text: string,
  problems: ProblemList,
  allowed: string,
): { tokens: CST.Token[]; lexemes: number } | undefined {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let documents = 0;
  let refused = 0;
  let contentFollows = false;
  let lexemes = 0;
  let errors = 0;
  const take = (token: CST.Token): void => {
    tokens.push(token);
    if (token.type === 'error') errors += 1;
    if (token.type !== 'document') return;
    documents += 1;
    if (documents === 2) {
      refused += 1;
      problems.error(
        'several-documents',
        { start: token.offset, end: token.offset + 1 },
        phrase`A policy file is one YAML document. Remove everything from here on, or merge it into the document above.`,
      );
    }
  };
  for (const lexeme of new Lexer().lex(text)) {
    const start = parser.offset;
    // What follows the scalar mark is content, whatever it looks like.
    const mark = lexeme[0] ?? '';
    const feature = contentFollows || allowed.includes(mark) ? undefined : REFUSED[mark];
    contentFollows = lexeme === CST.SCALAR;
    if (feature !== undefined) {
      problems.error(feature.code, { start, end: start + lexeme.length }, feature.message);
      refused += 1;
      if (refused >= MAX_REPORTED) return undefined;
    }
    for (const token of parser.next(lexeme)) take(token);
    // The composer below turns these into problems; it needs no more of them than are shown.
    if (errors >= MAX_REPORTED) return { tokens, lexemes };
    lexemes += 1;
    if (lexemes > MAX_LEXEMES) {
      problems.error(
        'too-complex',
        { start, end: start + lexeme.length },
        phrase`The file has too many brackets, commas or line breaks to be a policy. Remove them.`,
      );
      return undefined;
    }
    if (depthOf(parser) > MAX_DEPTH) {
      problems.error(
        'nesting-too-deep',
        { start, end: start + lexeme.length },
        phrase`Maps and lists are nested more than ${MAX_DEPTH} deep. A policy needs six levels: check the brackets.`,
      );
      return undefined;
    }
  }
  for (const token of parser.end()) take(token);
  return refused === 0 ? { tokens, lexemes } : undefined;
}

/**
 * Reads the text as one YAML 1.2 document (https://yaml.org/spec/1.2.2/, core schema) into the library's nodes with
 * their ranges. Takes linear time: the library's own check for duplicate keys is quadratic and stays off.
 */
export const readTree: ReadTree = (text, problems) => readTreeWith('', text, problems);

/** As {@link readTree}, for files of others that may hold what policies may not: `allowed` has the marks, such as `&*`. */
export function readTreeWith(allowed: string, text: string, problems: ProblemList): Tree | undefined {
  const read = tokenize(text, problems, allowed);
  if (read === undefined) return undefined;
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    strict: true,
    uniqueKeys: false,
    resolveKnownTags: false,
    logLevel: 'silent',
  });
  const { documents, errors } = withoutStacks(() => {
    const documents = [...composer.compose(read.tokens)];
    const stream = composer.streamInfo();
    const errors = [...documents, stream].flatMap((part) => [...part.errors, ...part.warnings]);
    return { documents, errors };
  });
  const places = new Set<number>();
  for (const { pos, code } of errors) {
    if (places.size === MAX_REPORTED) break;
    // One slip makes the library complain several times at one place.
    if (places.has(pos[0])) continue;
    places.add(pos[0]);
    problems.error('yaml-syntax', { start: pos[0], end: pos[1] }, SYNTAX[code] ?? phrase`This is not valid YAML.`);
  }
  if (errors.length > 0) return undefined;
  return { root: documents[0]?.contents ?? null, lexemes: read.lexemes };
}

/**
 * The library makes an Error of every slip, and most of their cost is the stack that nobody reads: a hostile file of
 * 256 KB takes a fifth of the time without. Runs synchronously, so nobody else's errors lose theirs.
 */
function withoutStacks<T>(act: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return act();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
