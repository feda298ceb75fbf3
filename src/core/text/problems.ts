import { LineIndex } from './lineIndex.ts';
import { type Phrase, phrase } from './phrase.ts';
import type { Problem, RelatedPlace } from './problem.ts';
import type { Position, Severity, Span } from './span.ts';

/** More than this many problems help nobody; errors beyond it still count as errors. */
const MAX_PROBLEMS = 200;

/** The problem codes of this reader. `core/net`'s base URL codes come on top and are passed through. */
export const PROBLEM_CODES = [
  'file-too-large',
  'forbidden-character',
  'nesting-too-deep',
  'too-complex',
  'yaml-alias',
  'yaml-anchor',
  'yaml-tag',
  'yaml-directive',
  'yaml-syntax',
  'several-documents',
  'merge-key',
  'bad-key',
  'duplicate-key',
  'forbidden-name',
  'unknown-key',
  'missing-key',
  'wrong-type',
  'multi-line-text',
  'unsupported-version',
  'bad-service-name',
  'bad-description',
  'bad-environment',
  'unknown-network',
  'literal-credential',
  'unknown-auth-type',
  'bad-auth-name',
  'bad-auth-prefix',
  'bad-auth-username',
  'bad-auth-value',
  'bad-pattern',
  'unknown-method',
  'no-methods',
  'duplicate-method',
  'unknown-effect',
  'unknown-approval',
  'approval-on-deny',
  'bad-condition',
  'unknown-body-type',
  'bad-graphql',
  'bad-agent',
  'bad-rotate-every',
  'bad-test',
  'bad-header-name',
  'reserved-header',
  'duplicate-header',
  'bad-header-value',
  'credential-like-header',
  'bad-limit',
  'bad-verify',
  'administrator-only',
  'bad-origin',
  'shadowed-rule',
  'unreachable-rule',
  'deny-without-effect',
  'broad-write',
  'write-without-approval',
  'condition-without-effect',
  'body-without-type',
  'limit-without-effect',
  'long-server-name',
  'encoded-slash-signed',
  'graphql-without-block',
  'parameter-in-path',
  'one-credential-two-environments',
  'unknown-service',
  'unused-rule',
  'failing-test',
  'base-url-localhost',
  'bad-server-name',
  'duplicate-name',
  'command-or-url',
  'bad-command',
  'bad-argument',
  'bad-variable-name',
  'bad-variable-value',
  'bad-credential-name',
  'shared-credential',
  'bad-tool-pattern',
  'no-tools',
  'unpinned-package',
  'no-policies',
  'no-services',
  'too-many-problems',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** What a problem may say besides. */
type More = Pick<Problem, 'suggestion' | 'related' | 'data'>;

/** Collects problems of one text and turns offsets into lines and columns. */
export class ProblemList {
  readonly #items: Problem[] = [];
  readonly #lines: LineIndex;
  readonly #length: number;
  #errors = 0;
  #cut = false;

  constructor(text: string) {
    this.#length = text.length;
    this.#lines = new LineIndex(text);
  }

  get items(): readonly Problem[] {
    return this.#items;
  }

  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  error(
    code: ProblemCode | (string & {}),
    span: Span,
    message: Phrase,
    suggestion?: string,
    data?: Problem['data'],
  ): void {
    this.#errors += 1;
    this.#add('error', code, span, message, {
      ...(suggestion === undefined ? {} : { suggestion }),
      ...(data === undefined ? {} : { data }),
    });
  }

  warning(code: ProblemCode, span: Span, message: Phrase, more: More = {}): void {
    this.#add('warning', code, span, message, more);
  }

  information(code: ProblemCode, span: Span, message: Phrase, more: More = {}): void {
    this.#add('information', code, span, message, more);
  }

  /** A place that a problem refers to. */
  place(span: Span, message: Phrase): RelatedPlace {
    return { span, start: this.position(span.start), end: this.position(span.end), message };
  }

  /** Line and column of an offset, both from 1. */
  position(offset: number): Position {
    return this.#lines.position(offset);
  }

  #add(severity: Severity, code: string, span: Span, message: Phrase, more: More): void {
    if (this.#items.length >= MAX_PROBLEMS) {
      if (!this.#cut) {
        this.#cut = true;
        this.#push(severity, 'too-many-problems', span, phrase`There are more problems: fix the ones above first.`);
      }
      return;
    }
    this.#push(severity, code, span, message, more);
  }

  #push(severity: Severity, code: string, span: Span, message: Phrase, more: More = {}): void {
    const start = Math.max(0, Math.min(span.start, this.#length));
    const end = Math.max(start, Math.min(span.end, this.#length));
    this.#items.push({
      code,
      severity,
      message,
      span: { start, end },
      start: this.position(start),
      end: this.position(end),
      ...more,
    });
  }
}
