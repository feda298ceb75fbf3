import { ENTRY_NAME } from '../agents/clientEntry.ts';
import type { LaunchCommand } from '../agents/launcher.ts';

/** How most MCP clients write a stdio server down. It stays right when VS Code or the extension is updated. */
export function clientConfiguration({ command, args }: LaunchCommand): string {
  return `${JSON.stringify({ mcpServers: { [ENTRY_NAME]: { command, args } } }, undefined, 2)}\n`;
}
