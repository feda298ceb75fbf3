import type { ParsedText } from './configNode.ts';
import { parseYaml } from './parseYaml.ts';

const SERVERS = /mcp[-_]?servers/i;
const FENCE = '---';

/**
 * The YAML at the beginning of a Markdown file, between two lines of dashes, at its own offsets. Most such files are
 * prose that names no servers, and clients take front matter that no YAML reader does: what names none is no concern.
 */
export function parseFrontMatter(text: string): ParsedText {
  const end = endOf(text);
  const yaml = end === undefined ? '' : text.slice(0, end);
  return SERVERS.test(yaml) ? parseYaml(yaml) : { root: undefined };
}

/** Where the closing line of dashes begins; undefined when there is no front matter, or it is never closed. */
function endOf(text: string): number | undefined {
  if (!/^\uFEFF?---[ \t]*\r?\n/.test(text)) return undefined;
  for (let at = text.indexOf('\n') + 1; at > 0; at = text.indexOf('\n', at) + 1) {
    const close = at + FENCE.length;
    if (text.startsWith(FENCE, at) && /^(?:[ \t]*\r?\n|[ \t]*$)/.test(text.slice(close, close + 200))) return at;
  }
  return undefined;
}
