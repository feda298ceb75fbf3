import { phrase } from '../../text/phrase.ts';
import type { Span } from '../../text/span.ts';
import type { ServerTools } from '../model/server.ts';
import { compileNamePattern, type NamePattern } from '../patterns/namePattern.ts';
import { type Entry, type Reader, spanOf } from '../text/reader.ts';

const LISTS = ['allow', 'ask', 'deny'] as const;
const EXAMPLE = '{ allow: [get_*, list_*], ask: [create_issue] }';
const MAX_PATTERNS = 500;

/** Reads a server's `tools`. Without any that is allowed, everything is denied, and a warning says so. */
export function readTools(reader: Reader, entry: Entry | undefined, key: Span): ServerTools {
  const fields = entry && reader.map(entry.value, reader.at(entry), '`tools`', EXAMPLE);
  if (fields) {
    reader.onlyKnown(fields, LISTS, '`tools`', { allowed: 'allow', denied: 'deny', approve: 'ask', approval: 'ask' });
  }
  const list = (name: (typeof LISTS)[number]): readonly NamePattern[] => {
    const field = fields?.get(name);
    return field === undefined ? [] : readPatterns(reader, field, name);
  };
  const tools: ServerTools = { allow: list('allow'), ask: list('ask'), deny: list('deny') };
  if (tools.allow.length + tools.ask.length === 0) {
    reader.problems.warning(
      'no-tools',
      entry?.key ?? key,
      phrase`This server has no allowed tools, so every call is denied. Add some, such as \`tools: { allow: [get_*] }\`.`,
    );
  }
  return tools;
}

function readPatterns(reader: Reader, entry: Entry, list: string): NamePattern[] {
  const items = reader.list(entry, `\`tools.${list}\``, '[get_*, create_issue]') ?? [];
  if (items.length > MAX_PATTERNS) {
    reader.problems.error(
      'bad-tool-pattern',
      entry.key,
      phrase`\`tools.${list}\` has more than ${MAX_PATTERNS} entries. Use \`*\` to cover several tools at once.`,
    );
    return [];
  }
  return items.flatMap((item) => {
    const at = item === null ? reader.at(entry) : spanOf(item);
    const text = reader.text(item, at, phrase`The name of a tool`);
    if (text === undefined) return [];
    const pattern = compileNamePattern(text, { span: at, line: reader.problems.position(at.start).line });
    if (pattern.ok) return [pattern.value];
    reader.problems.error('bad-tool-pattern', at, pattern.error);
    return [];
  });
}
