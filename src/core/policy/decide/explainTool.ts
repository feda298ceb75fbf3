import { type Phrase, phrase } from '../../text/phrase.ts';
import type { Server, ToolDecision } from '../model/server.ts';
import { matchesGenerously, matchesStrictly, type NamePattern } from '../patterns/namePattern.ts';
import { decideTool } from './decideTool.ts';
import type { ExplainedRule } from './explain.ts';

/** As {@link decideTool}, and why each pattern of `tools` did or did not apply, in the order in which they are asked. */
export function explainTool(
  server: Pick<Server, 'name' | 'tools'>,
  tool: string,
): ToolDecision & { readonly rules: readonly ExplainedRule[] } {
  const { name, tools } = server;
  const rule = (pattern: NamePattern, why: Phrase | undefined): ExplainedRule => ({
    rule: toolRule(name, pattern),
    line: pattern.line,
    applied: why !== undefined,
    why: why ?? phrase`The pattern does not match this name.`,
  });
  const granted = [...tools.allow, ...tools.ask].some((pattern) => matchesStrictly(pattern, tool));
  return {
    ...decideTool(server, tool),
    rules: [
      ...tools.deny.map((one) =>
        rule(one, matchesGenerously(one, tool) ? phrase`The pattern denies this tool.` : undefined),
      ),
      ...tools.ask.map((one) =>
        rule(
          one,
          matchesStrictly(one, tool)
            ? phrase`The pattern allows this tool, after approval.`
            : matchesGenerously(one, tool) && granted
              ? phrase`The pattern requires approval for this tool.`
              : undefined,
        ),
      ),
      ...tools.allow.map((one) =>
        rule(one, matchesStrictly(one, tool) ? phrase`The pattern allows this tool.` : undefined),
      ),
    ],
  };
}

/** How a pattern is named in decisions and in the audit trail. */
export function toolRule(server: string, { text }: Pick<NamePattern, 'text'>): string {
  return `${server}/tools/${text}`;
}
