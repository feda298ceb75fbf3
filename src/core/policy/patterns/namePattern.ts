import { err, ok, type Result } from '../../result.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';
import type { Span } from '../../text/span.ts';

/** A compiled pattern of tool names. Plain data, so that it survives a structured clone. */
export interface NamePattern {
  /** As written. */
  readonly text: string;
  /** The texts between the stars, in order; one for a pattern without a star. */
  readonly parts: readonly string[];
  /** The same in lower case, for deny and ask. */
  readonly folded: readonly string[];
  readonly span: Span;
  /** Line in its file, from 1. */
  readonly line: number;
}

const MAX_LENGTH = 128;
/** MCP 2025-11-25, "Tool Names"; the slash is older servers' own. */
const NAME = /^[A-Za-z0-9_./-]{1,128}$/;
const PATTERN = /^[A-Za-z0-9_./*-]+$/;

/** Whether a server may have a tool of this name: any other could not be told from one that looks like it. */
export function isToolName(name: string): boolean {
  return NAME.test(name);
}

/** Compiles a pattern: `*` is one or more characters, everything else is literal and the name is matched whole. */
export function compileNamePattern(
  text: string,
  place: Pick<NamePattern, 'span' | 'line'>,
): Result<NamePattern, Phrase> {
  if (text.length > MAX_LENGTH) return err(phrase`The pattern is longer than ${MAX_LENGTH} characters. Shorten it.`);
  if (!PATTERN.test(text)) {
    return err(
      phrase`A tool’s name has letters, digits, \`_\`, \`-\`, \`.\` and \`/\`; \`*\` matches one or more of them.`,
    );
  }
  if (text.includes('**')) return err(phrase`Write a single \`*\`: it matches any number of characters.`);
  return ok({ text, parts: text.split('*'), folded: text.toLowerCase().split('*'), ...place });
}

/** For what grants: literally, and a star stands for at least one character. */
export function matchesStrictly(pattern: NamePattern, name: string): boolean {
  return matches(pattern.parts, name, 1);
}

/** For what holds back: whatever the case, and a star may stand for nothing too, so that `delete*` denies `Delete`. */
export function matchesGenerously(pattern: NamePattern, name: string): boolean {
  return matches(pattern.folded, name.toLowerCase(), 0);
}

/**
 * Whether `outer` grants every name that `inner` grants. Sound, not complete: a star of `inner` is only ever met by a
 * star of `outer`, as no name holds one.
 */
export function coversStrictly(outer: NamePattern, inner: NamePattern): boolean {
  return matches(outer.parts, inner.text, 1);
}

/** Whether `outer` holds back every name that `inner` holds back. Sound, not complete. */
export function coversGenerously(outer: NamePattern, inner: NamePattern): boolean {
  return matches(outer.folded, inner.text.toLowerCase(), 0);
}

/** Whether some name may match both, generously. Errs on the side of yes: only the ends are compared. */
export function mayMeet(one: NamePattern, other: NamePattern): boolean {
  if (one.folded.length === 1) return matches(other.folded, one.folded[0] ?? '', 0);
  if (other.folded.length === 1) return matches(one.folded, other.folded[0] ?? '', 0);
  const [head, otherHead] = [one.folded[0] ?? '', other.folded[0] ?? ''];
  const [tail, otherTail] = [one.folded.at(-1) ?? '', other.folded.at(-1) ?? ''];
  return (
    (head.startsWith(otherHead) || otherHead.startsWith(head)) && (tail.endsWith(otherTail) || otherTail.endsWith(tail))
  );
}

/** Takes the leftmost place for every part, so that nothing is ever tried again; `gap` characters at least between two. */
function matches(parts: readonly string[], name: string, gap: 0 | 1): boolean {
  const first = parts[0] ?? '';
  if (parts.length === 1) return name === first;
  const last = parts.at(-1) ?? '';
  const tail = name.length - last.length;
  if (tail < first.length + gap || !name.startsWith(first) || !name.endsWith(last)) return false;
  let position = first.length;
  for (const part of parts.slice(1, -1)) {
    const at = name.indexOf(part, position + gap);
    if (at === -1) return false;
    position = at + part.length;
  }
  return tail >= position + gap;
}
