import type { ParsedText } from './configNode.ts';
import { parseYaml } from './parseYaml.ts';

const SERVERS = /mcp[-_]?servers/i;
const SERVERS_KEY = /^["']?mcp[-_]?servers["']?[ \t]*:/i;
const FENCE = '---';

/**
 * The YAML at the beginning of a Markdown file, between two lines of dashes, at its own offsets. Most such files are
 * prose that names no servers, and what names none is no concern. Clients take front matter that no YAML reader does,
 * most often a description with a colon in it: then what it says of servers is read alone.
 */
export function parseFrontMatter(text: string): ParsedText {
  const end = endOf(text);
  const yaml = end === undefined ? '' : text.slice(0, end);
  if (!SERVERS.test(yaml)) return { root: undefined };
  const whole = parseYaml(yaml);
  if (!('refused' in whole)) return whole;
  const alone = parseYaml(serversAlone(yaml));
  return 'refused' in alone ? whole : alone;
}

/** The text with blanks in place of every line that says nothing of servers. */
function serversAlone(yaml: string): string {
  let inside = false;
  return yaml.replace(/.+/g, (line) => {
    // A key at the margin begins something else; a list may stand at the margin, too.
    if (/^[^\s#-]/.test(line)) inside = SERVERS_KEY.test(line);
    return inside ? line : line.replace(/./g, ' ');
  });
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
