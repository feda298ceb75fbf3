import type { ServerDefinition } from './serverDefinition.ts';

/** How most MCP clients write a stdio server down. They pass no editor variables on, so none has to be removed. */
export function clientConfiguration(definition: ServerDefinition): string {
  const env = Object.fromEntries(Object.entries(definition.env).filter(([, value]) => value !== null));
  return `${JSON.stringify(
    { mcpServers: { 'valet-key': { command: definition.command, args: definition.args, env } } },
    undefined,
    2,
  )}\n`;
}
