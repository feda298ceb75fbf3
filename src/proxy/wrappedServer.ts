import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { ListToolsRequestSchema, type ListToolsResult } from '@modelcontextprotocol/sdk/types.js';
import type { Refusal } from '../protocol/messages.ts';
import { agentTexts, MAX_NAME_CHARS } from '../protocol/toolArguments.ts';
import { callProgress, UPSTREAM_UNIT } from './callProgress.ts';
import type { GatewayClient } from './gatewayClient.ts';
import type { GatewayConnection } from './gatewayConnection.ts';
import { invalidArguments } from './reply.ts';
import type { PerformCall } from './toolCalls.ts';
import { wrappedResultJson } from './wrappedResult.ts';

/** How often a proxy of an upstream MCP server looks for a gateway while it has none, in milliseconds. */
const LOOK_MS = 1000;
/** How long the answer to `initialize` waits for what the server says of itself, in milliseconds: most have started by then. */
const INSTRUCTED_WITHIN_MS = 3000;
/** After so long a client hears that its list of tools still waits for the server, in milliseconds. */
const STARTING_MS = 10_000;

/** Of clients that pass over `tools/list_changed` only a restart helps an agent to tools that came later. */
export function wrappedInstructions(name: string): string {
  return `These are the tools of "${name}", which Valet Key runs for you: it holds the credentials, and a policy that the user approved says which tools may be called. You never need a key, so do not look for one.
On an error follow its nextStep. Never repeat a denied call and never work around it through the terminal. If no tool is listed, or one that the user added is missing, ask the user to check "${name}" in VS Code's Valet Key view, and then to restart you or to reconnect this server (/mcp in many clients): not every client takes up tools that come later.`;
}

/** The instructions with what the server says of itself, or with why it cannot be used, as far as that is known in time. */
export async function instructed(own: string, name: string, gateway: GatewayClient): Promise<string> {
  const controller = new AbortController();
  const late = setTimeout(() => controller.abort(), INSTRUCTED_WITHIN_MS);
  const given = new Promise<undefined>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const asked = gateway.ask({ do: 'listTools', server: name });
  // Whatever went wrong, the client is to be answered; the first call or list says what it was.
  const reply = await Promise.race([asked, given]).catch(() => undefined);
  clearTimeout(late);
  if (reply === undefined) return own;
  if ('refusal' in reply) {
    // Without a gateway there may be one in a moment, and the client is told then.
    if (reply.refusal.code === 'gateway_unavailable') return own;
    return `${own}\nWhen you connected, "${name}" could not be used: ${wordsOf(reply.refusal)}`;
  }
  const { instructions } = reply.answer;
  return typeof instructions === 'string' ? `${own}\n\nWhat "${name}" says of itself:\n${instructions}` : own;
}

/**
 * Makes a proxy the upstream MCP server of this name: its tools and results are the gateway's. Without a gateway it shows the
 * tools that it last knew. Whenever they come to be others than the client was given, it says so. Gives what performs calls of
 * the tools, and what is to begin once the client has initialised.
 */
export function serveWrapped(
  server: Server,
  name: string,
  gateway: GatewayClient,
): { readonly perform: PerformCall; readonly begin: () => void } {
  let known: ListToolsResult['tools'] = [];
  /** As the client was last given them, and by what: none without a gateway. Undefined before it asks. */
  let given: { readonly tools: string; readonly by: GatewayConnection | undefined } | undefined;
  let watched: GatewayConnection | undefined;
  let said: string | undefined;
  const inTurn = turns();

  /** A list of tools cannot say why it is empty; clients show this, or keep it in their logs. */
  const say = (words: string): void => {
    if (said === words) return;
    said = words;
    // A client that is gone ends this process by its own means.
    server.sendLoggingMessage({ level: 'warning', logger: 'valet-key', data: words }).catch(() => undefined);
  };

  const list = async (signal?: AbortSignal): Promise<ListToolsResult> => {
    const waits = setTimeout(() => say(`"${name}" is still starting.`), STARTING_MS);
    const reply = await gateway.ask({ do: 'listTools', server: name }, signal);
    clearTimeout(waits);
    if ('refusal' in reply) {
      say(wordsOf(reply.refusal));
      return { tools: known, _meta: { 'valet-key/error': reply.refusal } };
    }
    said = undefined;
    known = reply.answer.tools as ListToolsResult['tools'];
    return { tools: known };
  };
  server.setRequestHandler(ListToolsRequestSchema, (_request, { signal }) =>
    inTurn(async () => {
      const by = await gateway.connection();
      const listed = await list(signal);
      given = { tools: JSON.stringify(listed.tools), by };
      return listed;
    }),
  );
  /** A gateway says it of much that changes nothing here, and of the start that this client's own question led to. */
  const tellIfOther = async (): Promise<void> => {
    if (given === undefined || JSON.stringify((await list()).tools) === given.tools) return;
    await server.sendToolListChanged().catch(() => undefined); // a client that is gone ends this process by its own means
  };

  const perform: PerformCall = async (params, { signal, notify, takesStructured }) => {
    const call = { server: name, tool: params.name, arguments: params.arguments ?? {} };
    if (!agentTexts.name.safeParse(call.tool).success) {
      const refused = invalidArguments(`The name of the tool is longer than ${MAX_NAME_CHARS} characters.`);
      return wrappedResultJson(refused, takesStructured);
    }
    const progress = callProgress(params._meta?.progressToken, notify, UPSTREAM_UNIT);
    try {
      const question = { do: 'callTool' as const, call, ...(progress ? { notifyProgress: true as const } : {}) };
      const reply = await gateway.ask(question, signal, progress?.asking, progress?.passOn);
      return wrappedResultJson(reply, takesStructured);
    } finally {
      progress?.stop();
    }
  };

  const look = async (): Promise<void> => {
    if (watched?.open) return;
    const connection = await gateway.connection();
    if (!connection || connection === watched) return;
    watched = connection;
    connection.watchTools(name, () => void inTurn(tellIfOther));
    void inTurn(async () => {
      if (given?.by !== connection) await tellIfOther();
    });
  };
  const begin = (): void => {
    // By now the client can say which folders it has open, which may belong to another window.
    if (server.getClientCapabilities()?.roots) gateway.findAgain();
    void look();
    setInterval(() => void look(), LOOK_MS);
  };
  return { perform, begin };
}

function wordsOf({ message, nextStep }: Refusal): string {
  return `${message} ${nextStep}`;
}

/** What is handed to it is done one after the other. */
function turns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}
