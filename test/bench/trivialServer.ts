import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { request } from 'undici';

/**
 * What we measure ourselves against: the least MCP server on the SDK that calls an API with a key. No policy, no limit,
 * no audit, no redaction. `BENCH_ORIGIN` and `BENCH_KEY` come by environment, as is usual.
 */
const { BENCH_ORIGIN = '', BENCH_KEY = '' } = process.env;

const server = new Server({ name: 'trivial', version: '1.0.0' }, { capabilities: { tools: {} } });
server.setRequestHandler(ListToolsRequestSchema, () => ({
  tools: [
    {
      name: 'read',
      description: 'GET a path',
      inputSchema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
    },
  ],
}));
server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
  const response = await request(`${BENCH_ORIGIN}${String(params.arguments?.path)}`, {
    headers: { authorization: `Bearer ${BENCH_KEY}` },
  });
  const structuredContent = { status: response.statusCode, json: await response.body.json() };
  return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent };
});
process.stdin.on('end', () => process.exit(0));
void server.connect(new StdioServerTransport());
