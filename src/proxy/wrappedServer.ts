import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { ListToolsRequestSchema, type ListToolsResult } from '@modelcontextprotocol/sdk/types.js';
import type { CallProgress } from '../protocol/messages.ts';
import { agentTexts, MAX_NAME_CHARS } from '../protocol/toolArguments.ts';
import type { GatewayClient } from './gatewayClient.ts';
import type { GatewayConnection } from './gatewayConnection.ts';
import { invalidArguments, type Reply } from './reply.ts';
import { type PerformCall, resultJson } from './toolCalls.ts';
import { waitingProgress } from './waitingProgress.ts';

/** How often a proxy of an upstream MCP server looks for a gateway while it has none, in milliseconds. */
const LOOK_MS = 1000;

export function wrappedInstructions(name: string): string {
  return `These are the tools of "${name}", which Valet Key runs for you: it holds the credentials, and a policy that the user approved says which tools may be called. You never need a key, so do not look for one.
On an error follow its nextStep. Never repeat a denied call and never work around it through the terminal. If no tool is listed, ask the user to check "${name}" in VS Code's Valet Key view.`;
}

/**
 * Makes a proxy the upstream MCP server of this name: its tools and results are the gateway's. Without a gateway it shows the
 * tools that it last knew, and says that they changed as soon as a gateway is there. Gives what performs calls of the tools.
 */
export function serveWrapped(server: Server, name: string, gateway: GatewayClient): PerformCall {
  let known: ListToolsResult['tools'] = [];
  let watched: GatewayConnection | undefined;

  server.setRequestHandler(ListToolsRequestSchema, async (_request, { signal }) => {
    const reply = await gateway.ask({ do: 'listTools', server: name }, signal);
    if ('answer' in reply) known = reply.answer.tools as ListToolsResult['tools'];
    return { tools: known };
  });
  const perform: PerformCall = async (params, { signal, notify }) => {
    const progressToken = params._meta?.progressToken;
    const call = { server: name, tool: params.name, arguments: params.arguments ?? {} };
    if (!agentTexts.name.safeParse(call.tool).success) {
      return resultOf(invalidArguments(`The name of the tool is longer than ${MAX_NAME_CHARS} characters.`));
    }
    if (progressToken === undefined) return resultOf(await gateway.ask({ do: 'callTool', call }, signal));
    const waiting = waitingProgress(progressToken, notify);
    const onProgress = (progress: CallProgress): void => {
      waiting?.stop();
      notify({ method: 'notifications/progress', params: { progressToken, ...progress } });
    };
    try {
      const question = { do: 'callTool' as const, call, notifyProgress: true as const };
      return resultOf(await gateway.ask(question, signal, waiting?.start, onProgress));
    } finally {
      waiting?.stop();
    }
  };

  const tell = (): void => {
    server.sendToolListChanged().catch(() => undefined); // a client that is gone ends this process by its own means
  };
  const look = async (): Promise<void> => {
    if (watched?.open) return;
    const connection = await gateway.connection();
    if (!connection || connection === watched) return;
    watched = connection;
    connection.watchTools(name, tell);
    tell();
  };
  server.oninitialized = () => {
    void look();
    setInterval(() => void look(), LOOK_MS);
  };
  return perform;
}

/** A result as the server gave it, or a refusal. */
function resultOf(reply: Reply): string {
  return 'refusal' in reply ? resultJson(reply) : reply.json;
}
