import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Refusal } from '../../src/protocol/messages.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
export const CLI = path.join(ROOT, 'dist/cli.js');
export const PROXY = path.join(ROOT, 'dist/proxy.js');

/** What an agent got: `structuredContent`, with what every answer or refusal may have. */
export interface AgentResult {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly json?: unknown;
  readonly text?: string;
  readonly base64?: string;
  readonly redactions?: number;
  readonly [more: string]: unknown;
}
export interface AgentRefusal {
  readonly error: Refusal;
}

/** An MCP client of the SDK's, connected to a proxy of ours as a child process. */
export interface Agent {
  readonly client: Client;
  /** The proxy's process id. */
  readonly pid: number;
  /** Calls a tool and gives its structured content, whatever it is. */
  raw(tool: string, args: Record<string, unknown>, signal?: AbortSignal): Promise<AgentResult | AgentRefusal>;
  /** Calls a tool and expects the API's answer. */
  ok(tool: string, args: Record<string, unknown>): Promise<AgentResult>;
  /** Calls a tool and expects a refusal; gives its error. */
  refused(tool: string, args: Record<string, unknown>, signal?: AbortSignal): Promise<Refusal>;
  close(): Promise<void>;
}

/** A question as `serve --approve ask` prints it. */
export interface Approval {
  readonly id: string;
  readonly service: string;
  readonly method: string;
  readonly target: string;
  readonly agent: string;
  readonly reason?: string;
}

/** A gateway from the built command line, with its orders. */
export interface Served {
  readonly pid: number;
  readonly process: ChildProcess;
  readonly folder: string;
  readonly policyFile: string;
  readonly runtimeDir: string;
  readonly auditDir: string;
  readonly proxy: { command: string; args: string[]; env: Record<string, string> };
  /** The human audit lines (and other diagnostics) so far. */
  readonly diagnostics: string[];
  /** Questions to the user so far, with `--approve ask`. */
  readonly approvals: Approval[];
  order(order: Record<string, unknown>): Promise<Record<string, unknown>>;
  agent(name?: string, env?: Record<string, string>): Promise<Agent>;
  /** The human audit lines so far. */
  lines(): string[];
  /** All audit records on disk, in order. */
  records(): Record<string, unknown>[];
  /** Every byte under the folder (policy, runtime files, audit trail) and all diagnostics, to search for a credential. */
  everything(): string;
  stop(): Promise<void>;
}

/** Starts `serve` with this policy text, waits until it is ready and stores the credentials by `rotate`. */
export async function serve(options: {
  policy: string;
  credentials?: Record<string, string>;
  folder?: string;
  env?: Record<string, string>;
  nodeArgs?: string[];
  approve?: 'ask' | 'all' | 'none';
  args?: readonly string[];
}): Promise<Served> {
  const folder = options.folder ?? fs.mkdtempSync(path.join(os.tmpdir(), 'vk-'));
  const policyFile = path.join(folder, 'valetkey.yaml');
  const runtimeDir = path.join(folder, 'run');
  const auditDir = path.join(folder, 'audit');
  fs.writeFileSync(policyFile, options.policy);
  const child = spawn(
    process.execPath,
    [
      ...(options.nodeArgs ?? []),
      CLI,
      'serve',
      '--policy',
      policyFile,
      '--runtime-dir',
      runtimeDir,
      '--audit-dir',
      auditDir,
      ...(options.approve ? ['--approve', options.approve] : []),
      ...(options.args ?? []),
    ],
    { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env.PATH, HOME: process.env.HOME, ...options.env } },
  );
  const diagnostics: string[] = [];
  const approvals: Approval[] = [];
  readline.createInterface({ input: child.stderr }).on('line', (line) => diagnostics.push(line));
  const answers = new Map<unknown, (answer: Record<string, unknown>) => void>();
  const ready = new Promise<Record<string, unknown>>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`serve ended (${code}): ${diagnostics.join('\n')}`)));
    readline.createInterface({ input: child.stdout }).on('line', (line) => {
      const message = JSON.parse(line) as Record<string, unknown>;
      if (message.ready) resolve(message);
      else if (message.approval) approvals.push(message.approval as Approval);
      else answers.get(message.id)?.(message);
    });
  });
  const { pid, proxy } = (await ready) as { pid: number; proxy: Served['proxy'] };

  let lastId = 0;
  const order: Served['order'] = (given) =>
    new Promise((resolve) => {
      const id = ++lastId;
      answers.set(id, resolve);
      child.stdin.write(`${JSON.stringify({ id, ...given })}\n`);
    });
  for (const [service, credential] of Object.entries(options.credentials ?? {})) {
    const stored = await order({ do: 'rotate', service, credential });
    if (stored.ok !== true) throw new Error(`rotate failed: ${String(stored.error)}`);
  }
  const agents: Agent[] = [];
  return {
    pid,
    process: child,
    folder,
    policyFile,
    runtimeDir,
    auditDir,
    proxy,
    diagnostics,
    approvals,
    order,
    agent: async (name = 'claude-code', env = {}) => {
      const agent = await connectAgent({ ...proxy, env: { ...proxy.env, ...env } }, name);
      agents.push(agent);
      return agent;
    },
    lines: () => diagnostics.filter((line) => /^\d{4}-\d\d-\d\dT/.test(line)),
    everything: () => [...filesUnder(folder), ...diagnostics].join('\n'),
    records: () =>
      fs
        .readdirSync(auditDir)
        .sort()
        .flatMap((name) => fs.readFileSync(path.join(auditDir, name), 'utf8').split('\n'))
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    stop: async () => {
      await Promise.all(agents.map((agent) => agent.close()));
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.stdin.end();
        await ended;
      }
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A policy text with these services: JSON is YAML. */
export function policyText(services: Record<string, unknown>): string {
  return JSON.stringify({ services });
}

/** A service on loopback that anybody may read and write below `/`, unless told otherwise. */
export function loopbackService(baseUrl: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    baseUrl,
    network: 'loopback',
    auth: { type: 'bearer' },
    policies: [{ path: '/**', methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] }],
    ...more,
  };
}

function filesUnder(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), 'latin1'));
}

/** Starts a proxy as an MCP client would, and connects to it. */
export async function connectAgent(
  proxy: { command: string; args: string[]; env: Record<string, string> },
  name: string,
): Promise<Agent> {
  const client = new Client({ name, version: '1.0.0' });
  const transport = new StdioClientTransport({ ...proxy, stderr: 'inherit' });
  await client.connect(transport);
  const raw: Agent['raw'] = async (tool, args, signal) => {
    const result = await client.callTool({ name: tool, arguments: args }, undefined, signal ? { signal } : undefined);
    const structured = result.structuredContent as AgentResult | AgentRefusal;
    const [content] = result.content as { text: string }[];
    if (content?.text !== JSON.stringify(structured))
      throw new Error('the text is not the structured content, minified');
    if ('error' in structured !== (result.isError === true)) throw new Error('isError does not fit the content');
    return structured;
  };
  return {
    client,
    pid: transport.pid ?? 0,
    raw,
    ok: async (tool, args) => {
      const result = await raw(tool, args);
      if ('error' in result && !('status' in result)) throw new Error(`refused: ${JSON.stringify(result.error)}`);
      return result as AgentResult;
    },
    refused: async (tool, args, signal) => {
      const result = await raw(tool, args, signal);
      if ('status' in result) throw new Error(`not refused: ${JSON.stringify(result).slice(0, 300)}`);
      return (result as AgentRefusal).error;
    },
    close: () => client.close(),
  };
}

/** A credential-shaped value of this run's own. */
export function freshKey(): string {
  return ['sk', 'test', crypto.randomUUID().replaceAll('-', '')].join('_');
}
