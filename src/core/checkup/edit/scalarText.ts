import { replacementOf } from '../../text/fileChange.ts';
import type { TextEdit } from '../../text/textEdit.ts';
import type { ConfigFormat } from '../model/checkupModel.ts';
import { decodedOffsets } from '../model/innerSpan.ts';
import type { ConfigNode } from '../read/configNode.ts';

/** Words that are as good without quotes in YAML: no number, no keyword of either version, nothing that begins something else. */
const PLAIN = /^(?!(?:true|false|null|yes|no|on|off|y|n)$)[a-z/](?:[\w@./+=~^-]|:(?=\w|\/))*$/i;

/** What makes another text of one: inside of its quotes where they allow it, and else as a whole. */
export function scalarEdit(text: string, format: ConfigFormat, node: ConfigNode, value: string): TextEdit {
  return (node.kind === 'text' && insideQuotes(text, format, node, value)) || asAWhole(text, format, node, value);
}

function insideQuotes(
  text: string,
  format: ConfigFormat,
  { span, value: before }: Extract<ConfigNode, { kind: 'text' }>,
  value: string,
): TextEdit | undefined {
  const written = text.slice(span.start, span.end);
  const quotes = (format === 'toml' ? /^(?:"""|'''|["'])/ : /^["']/).exec(written)?.[0];
  if (quotes === undefined) return undefined;
  const body = written.slice(quotes.length, -quotes.length);
  const escapes = quotes.startsWith('"');
  const offsets = body === before ? undefined : decodedOffsets(body);
  if (body !== before && (!escapes || offsets?.length !== before.length + 1)) return undefined;
  const change = replacementOf(before, value);
  if (!change) return { span: { start: span.start, end: span.start }, newText: '' };
  const newText = escapes ? JSON.stringify(change.text).slice(1, -1) : change.text;
  if (!escapes && /['\p{Cc}]/u.test(newText)) return undefined;
  const start = span.start + quotes.length;
  const place = (at: number): number => start + (offsets?.[at] ?? at);
  return { span: { start: place(change.start), end: place(change.end) }, newText };
}

function asAWhole(text: string, format: ConfigFormat, { span }: ConfigNode, value: string): TextEdit {
  const written = text.slice(span.start, span.end);
  const isPlain = format === 'yaml' && !/^["'|>]/.test(written) && !written.includes('\n');
  const quoted = isPlain && PLAIN.test(value) ? value : JSON.stringify(value).replaceAll('\u{7f}', '\\u007f');
  // A block scalar of YAML has the line break behind it in it, and the next key needs one before it.
  return { span, newText: written.endsWith('\n') ? `${quoted}\n` : quoted };
}
