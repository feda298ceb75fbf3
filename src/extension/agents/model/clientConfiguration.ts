import { ENTRY_NAME } from './clientEntry.ts';
import type { LaunchCommand } from './launcher.ts';

/**
 * How most MCP clients write stdio servers down: ours, and one more for each upstream MCP server. It stays right when VS Code
 * or the extension is updated.
 */
export function clientConfiguration({ command, args }: LaunchCommand, wrapped: readonly string[]): string {
  const mcpServers = Object.fromEntries([
    [ENTRY_NAME, { command, args }],
    ...wrapped.map((name) => [`${ENTRY_NAME}-${name}`, { command, args: [...args, '--server', name] }]),
  ]);
  return `${JSON.stringify({ mcpServers }, undefined, 2)}\n`;
}
