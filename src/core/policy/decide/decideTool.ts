import { type Phrase, phrase } from '../../text/phrase.ts';
import type { Server, ToolDecision } from '../model/server.ts';
import { matchesGenerously, matchesStrictly, type NamePattern } from '../patterns/namePattern.ts';

/**
 * What a server's policy says of a tool: deny over ask over allow, whatever the order in the file, and deny when none
 * names it. `allow` and `ask` grant strictly; `deny` and `ask` hold back generously. The reason quotes the policy alone, as
 * that of `decide` does.
 */
export function decideTool({ name, tools }: Pick<Server, 'name' | 'tools'>, tool: string): ToolDecision {
  const denied = tools.deny.find((pattern) => matchesGenerously(pattern, tool));
  if (denied)
    return { verdict: 'deny', pattern: denied, reason: phrase`This tool is denied by ${place('deny', denied)}.` };
  const granted = [...tools.allow, ...tools.ask].find((pattern) => matchesStrictly(pattern, tool));
  if (!granted) return { verdict: 'deny', reason: phrase`${name} does not allow a tool of this name.` };
  const asked = tools.ask.find((pattern) => matchesGenerously(pattern, tool));
  if (asked)
    return { verdict: 'ask', pattern: asked, reason: phrase`This tool needs approval, by ${place('ask', asked)}.` };
  return { verdict: 'allow', pattern: granted, reason: phrase`This tool is allowed by ${place('allow', granted)}.` };
}

function place(list: string, { text, line }: NamePattern): Phrase {
  return phrase`${text} in \`tools.${list}\` (line ${line})`;
}
