import { type ChildProcess, spawn } from 'node:child_process';
import readline from 'node:readline';
import { until } from './until.ts';

export interface JsonRpcMessage {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** A proxy spoken to in bare lines, to say what no client library would. */
export interface RawProxy {
  readonly process: ChildProcess;
  /** Everything that it said, in order. */
  readonly said: JsonRpcMessage[];
  write(text: string): void;
  /** Sends a request and gives the message with its id. */
  ask(id: number, method: string, params?: object): Promise<JsonRpcMessage>;
  /** The `initialize` exchange. */
  initialize(): Promise<JsonRpcMessage>;
  /** Milliseconds from the end of its input to its own end, and how it ended. */
  end(): Promise<{ ms: number; status: number | null }>;
}

export function startRawProxy(proxy: { command: string; args: string[]; env: Record<string, string> }): RawProxy {
  const child = spawn(proxy.command, proxy.args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...proxy.env },
  });
  const said: JsonRpcMessage[] = [];
  readline.createInterface({ input: child.stdout }).on('line', (line) => said.push(JSON.parse(line) as JsonRpcMessage));
  child.stdin.on('error', () => undefined);
  const ask: RawProxy['ask'] = async (id, method, params = {}) => {
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    await until(() => said.some((message) => message.id === id), `an answer to ${method}`, 15_000);
    return said.find((message) => message.id === id) as JsonRpcMessage;
  };
  return {
    process: child,
    said,
    write: (text) => void child.stdin.write(text),
    ask,
    initialize: async () => {
      const clientInfo = { name: 'claude-code', version: '1' };
      const answer = await ask(0, 'initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
      child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
      return answer;
    },
    end: async () => {
      const ended = new Promise<number | null>((resolve) => {
        if (child.exitCode !== null) resolve(child.exitCode);
        else child.once('exit', resolve);
      });
      const began = performance.now();
      child.stdin.end();
      const giveUp = setTimeout(() => child.kill('SIGKILL'), 5000);
      const status = await ended;
      clearTimeout(giveUp);
      return { ms: performance.now() - began, status };
    },
  };
}
