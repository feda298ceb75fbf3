import type { NewTools } from './serverWriter.ts';

/** How VS Code names the tools of an MCP server: `mcp_`, the server's name cut to 18 characters in all, `_`, the tool's name. */
const PREFIX = 'mcp_';
const MAX_PREFIX = 18;

/** Verbs of tools that only look. What a tool does is its server's own word; this is a proposal that the user confirms. */
const READS = /^(?:get|list|search|read|find|describe|show|count)(?=$|[_./-]|[A-Z])/;

/**
 * The tools that VS Code has of a server of its own right now, without its prefix; none when the server does not run, or
 * when another one's name is shortened to the same.
 *
 * @param server its name in VS Code's configuration
 * @param names the names of all tools that VS Code knows
 */
export function toolsInEditor(server: string, names: readonly string[]): readonly string[] {
  const longest = MAX_PREFIX - PREFIX.length - 1;
  const short = server
    .toLowerCase()
    .replaceAll(/[^a-z0-9_.-]+/g, '_')
    .slice(0, longest);
  const own = `${PREFIX}${short}_`;
  const others = names.some(
    (name) => name.startsWith(PREFIX + short) && /^\d+_/.test(name.slice(PREFIX.length + short.length)),
  );
  return others ? [] : names.filter((name) => name.startsWith(own)).map((name) => name.slice(own.length));
}

/** The least set of tools: those that only read are allowed, every other asks. Of a server whose tools are not known, all ask. */
export function leastTools(known: readonly string[]): NewTools {
  if (known.length === 0) return { allow: [], ask: ['*'] };
  return { allow: known.filter((name) => READS.test(name)), ask: known.filter((name) => !READS.test(name)) };
}
