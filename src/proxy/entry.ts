/**
 * The configuration entry that this proxy was started from, as far as its environment tells: entries that the extension
 * wrote for other MCP clients carry `VALETKEY_CLIENT`. VS Code's own definition has no room for a mark, but is the only
 * one that runs the proxy directly on the editor's binary. Whoever starts a proxy chooses its environment: this is for
 * convenience only.
 */
export function entryOf(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const stated = env.VALETKEY_CLIENT;
  if (stated !== undefined) return /^[a-z0-9-]{1,40}$/.test(stated) && stated !== 'none' ? stated : undefined;
  return env.ELECTRON_RUN_AS_NODE === '1' ? 'vscode' : undefined;
}
