import { spawn } from 'node:child_process';
import readline from 'node:readline';

/** An answer of JSON-RPC, as it came. */
export interface Answer {
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message?: string };
}

/** An MCP client that hands answers on as they came: the SDK's takes out of them what it does not know. */
export interface BareClient {
  /** The answer to `initialize`. */
  readonly hello: Answer;
  request(method: string, params: object, ms: number): Promise<Answer>;
  close(): Promise<void>;
}

const PROTOCOL = '2025-11-25';
const END_MS = 1500;

/** Starts the server and initialises. Rejects when it ends before it answers, or does not answer within `ms`. */
export async function bareClient(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  ms: number,
): Promise<BareClient> {
  const child = spawn(command, args, { env, cwd: env.HOME, stdio: ['pipe', 'pipe', 'ignore'], detached: true });
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  child.stdin.on('error', () => undefined); // its end tells
  const waiting = new Map<number, (answer: Answer) => void>();
  readline.createInterface({ input: child.stdout }).on('line', (line) => {
    const message = parsed(line) as { id?: number; method?: string } & Answer;
    if (typeof message?.id !== 'number' || message.method !== undefined) return;
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  });
  const say = (message: object): void => void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  let last = 0;
  const request: BareClient['request'] = (method, params, within) => {
    const id = ++last;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${method} took more than ${within / 1000} s`)), within);
      waiting.set(id, (answer) => {
        clearTimeout(late);
        resolve(answer);
      });
      void ended.then(() => reject(new Error('it ended')));
      say({ id, method, params });
    });
  };
  const close = async (): Promise<void> => {
    child.stdin.end();
    const late = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, END_MS);
    await ended;
    clearTimeout(late);
  };
  try {
    const clientInfo = { name: 'valet-key-comparison', version: '1' };
    const hello = await request('initialize', { protocolVersion: PROTOCOL, capabilities: {}, clientInfo }, ms);
    say({ method: 'notifications/initialized' });
    return { hello, request, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // what a server prints besides
  }
}
