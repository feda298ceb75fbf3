import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

/**
 * An MCP server as people have them: `node apiServer.ts ORIGIN --api-key KEY` asks the API there with the key that it was
 * started with, from its arguments or from `API_KEY`, and gives what it says.
 */
const [origin = '', option, value] = process.argv.slice(2);
const key = option === '--api-key' ? value : process.env.API_KEY;

const server = new Server({ name: 'api', version: '1.0.0' }, { capabilities: { tools: {} } });
server.setRequestHandler(ListToolsRequestSchema, () => ({
  tools: [
    {
      name: 'get_ticket',
      description: 'Gets a ticket.',
      inputSchema: { type: 'object' as const, properties: { id: { type: 'string' } } },
      annotations: { readOnlyHint: true },
    },
  ],
}));
server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
  const response = await fetch(`${origin}/tickets/${String(params.arguments?.id)}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  return { content: [{ type: 'text' as const, text: `${response.status} ${await response.text()}` }] };
});
await server.connect(new StdioServerTransport());
