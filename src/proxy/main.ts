import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { defaultRuntimeDir, ownRuntimeDirInputs } from '../protocol/runtimeDir.ts';
import { callProgress, type ProgressNotices } from './callProgress.ts';
import { entryOf } from './entry.ts';
import type { ClientLocation } from './findGateways.ts';
import { GatewayClient, type Question } from './gatewayClient.ts';
import { InstructingTransport } from './instructingTransport.ts';
import { invalidArguments, type Refused } from './reply.ts';
import { StdioTransport } from './stdio.ts';
import { type PerformCall, resultJson } from './toolCalls.ts';
import { ARGUMENTS, INSTRUCTIONS, isToolName, TOOLS, type ToolName } from './tools.ts';
import { instructed, serveWrapped, wrappedInstructions } from './wrappedServer.ts';
import { wrongArguments } from './wrongArguments.ts';

/**
 * The MCP server on stdio that an agent starts. It holds no credential and no rule: it checks the shape of a call,
 * hands it to the gateway and returns the answer. It answers `initialize` and `tools/list` without a gateway, never
 * exits because there is none (clients respawn in storms), and exits at once when its input ends.
 */
declare const VALETKEY_VERSION: string;

/** How long a client has to name its roots before the proxy goes without. */
const ROOTS_TIMEOUT_MS = 500;

function main(): void {
  // Without a handler the signal opens the inspector of this process to any other process of the user's.
  process.on('SIGUSR1', () => undefined);
  const exit = (): void => process.exit(0);
  process.stdin.on('end', exit).on('close', exit).on('error', exit);
  process.stdout.on('error', exit); // the client is gone

  const wrapped = wrappedName(process.argv.slice(2));
  const server = new Server(
    wrapped === undefined
      ? { name: 'valet-key', title: 'Valet Key', version: VALETKEY_VERSION }
      : { name: wrapped, version: VALETKEY_VERSION },
    wrapped === undefined
      ? { capabilities: { tools: {} }, instructions: INSTRUCTIONS }
      : { capabilities: { tools: { listChanged: true }, logging: {} }, instructions: wrappedInstructions(wrapped) },
  );
  let mayListRoots = wrapped === undefined;
  const gateway = new GatewayClient({
    runtimeDir: process.env.VALETKEY_RUNTIME_DIR || defaultRuntimeDir(ownRuntimeDirInputs(process.env, os.tmpdir())),
    clientLocation: () => clientLocation(server, mayListRoots),
    agent: () => {
      const client = server.getClientVersion();
      const entry = entryOf(process.env);
      return {
        name: cut(client?.name ?? ''),
        ...(client?.version ? { version: cut(client.version) } : {}),
        ...(entry === undefined ? {} : { entry }),
        pid: process.ppid,
      };
    },
  });

  if (wrapped === undefined) {
    const perform = serveOwnTools(server, gateway);
    void server.connect(new StdioTransport(process.stdin, process.stdout, perform));
    return;
  }
  const { perform, begin } = serveWrapped(server, wrapped, gateway);
  server.oninitialized = () => {
    mayListRoots = true;
    begin();
  };
  const instruct = (own: string): Promise<string> => instructed(own, wrapped, gateway);
  void server.connect(new InstructingTransport(process.stdin, process.stdout, perform, instruct));
}

/** The name behind `--server`, by which this proxy stands in for an upstream MCP server. Ends the process on anything else. */
function wrappedName(args: readonly string[]): string | undefined {
  if (args.length === 0) return undefined;
  const [option, name = ''] = args;
  if (option === '--server' && args.length === 2 && /^[a-z][a-z0-9-]{0,62}$/.test(name)) return name;
  process.stderr.write('usage: proxy.js [--server NAME]\n');
  process.exit(2);
}

/** Gives what performs their calls. */
function serveOwnTools(server: Server, gateway: GatewayClient): PerformCall {
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: TOOLS }));
  return async (params, { signal, notify, takesStructured }) => {
    if (!isToolName(params.name)) {
      return resultJson(
        invalidArguments(`There is no tool of this name; the tools are ${Object.keys(ARGUMENTS).join(', ')}.`),
        takesStructured,
      );
    }
    const question = toQuestion(params.name, params.arguments ?? {});
    if ('refusal' in question) return resultJson(question, takesStructured);
    const progress = callProgress(params._meta?.progressToken, notify);
    try {
      return resultJson(await gateway.ask(telling(question, progress), signal, progress?.asking), takesStructured);
    } finally {
      progress?.stop();
    }
  };
}

function toQuestion(tool: ToolName, given: unknown): Question | Refused {
  switch (tool) {
    case 'list_services': {
      const checked = ARGUMENTS.list_services.safeParse(given);
      if (!checked.success) return wrongArguments(tool, given, checked.error);
      const { service } = checked.data;
      return { do: 'listServices', ...(service ? { service } : {}) };
    }
    case 'request_access': {
      const checked = ARGUMENTS.request_access.safeParse(given);
      return checked.success
        ? { do: 'requestAccess', access: checked.data }
        : wrongArguments(tool, given, checked.error);
    }
    case 'read':
    case 'execute': {
      const checked = ARGUMENTS[tool].safeParse(given);
      return checked.success
        ? { do: 'execute', call: { ...checked.data, tool } }
        : wrongArguments(tool, given, checked.error);
    }
  }
}

/** A call of a client that wants to hear of its progress asks the gateway to tell when it waits. */
function telling(question: Question, progress: ProgressNotices | undefined): Question {
  return progress && question.do === 'execute' ? { ...question, notifyWaiting: true } : question;
}

/** `mayList`: a client is not asked for its roots before it has initialised, as MCP does not allow it. */
async function clientLocation(server: Server, mayList: boolean): Promise<ClientLocation> {
  let roots: string[] = [];
  if (mayList && server.getClientCapabilities()?.roots) {
    try {
      const listed = await server.listRoots(undefined, { timeout: ROOTS_TIMEOUT_MS });
      roots = listed.roots.flatMap(({ uri }) => (uri.startsWith('file://') ? [fileURLToPath(uri)] : []));
    } catch {
      // A client that does not answer is placed by its working directory.
    }
  }
  return { parentPid: process.ppid, home: os.homedir(), workingDirectory: process.cwd(), roots };
}

function cut(text: string): string {
  return text.slice(0, 200);
}

main();
