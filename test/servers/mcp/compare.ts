import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { freshKey, serve } from '../../support/serve.ts';
import { type Answer, type BareClient, bareClient } from './bareClient.ts';
import { FOLDER, NPM_SERVERS, type NpmServer } from './npmServers.ts';

/**
 * Starts real MCP servers of npm, once by themselves and once behind Valet Key, and compares every tool and one answer. It ends
 * with 1 if one does not list and answer behind Valet Key as it does by itself. The servers are installed on demand, without
 * their install scripts, below out/; their credentials are made up, and what they call is this machine or nothing.
 */
const INSTALLED = path.resolve(import.meta.dirname, '../../../out/servers/mcp');
const START_MS = 60_000;
const CALL_MS = 60_000;
/** What an agent gets of a tool; see docs/servers.md. */
const FIELDS = ['name', 'title', 'description', 'inputSchema', 'annotations'] as const;

type Tool = Readonly<Record<string, unknown>>;

const chosen = chosenServers(process.argv.slice(2));
const failed: string[] = [];
for (const server of chosen) {
  try {
    say(`${server.name} ${server.version}: ${await compared(server)}`);
  } catch (error) {
    failed.push(server.name);
    say(`${server.name} ${server.version}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
const good = chosen.length - failed.length;
say(`${good} of ${chosen.length} servers are behind Valet Key as they are by themselves.`);
process.exit(failed.length > 0 ? 1 : 0);

function chosenServers(names: readonly string[]): readonly NpmServer[] {
  const unknown = names.filter((name) => !NPM_SERVERS.some((server) => server.name === name));
  if (unknown.length > 0) {
    say(`No server is named ${unknown.join(', ')}. There are ${NPM_SERVERS.map(({ name }) => name).join(', ')}.`);
    process.exit(2);
  }
  return names.length === 0 ? NPM_SERVERS : NPM_SERVERS.filter(({ name }) => names.includes(name));
}

/** What is the same, in words. Throws for a difference. */
async function compared(server: NpmServer): Promise<string> {
  const folder = path.join(INSTALLED, server.name);
  const script = install(server, folder);
  const home = path.join(folder, 'home');
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  writeFileSync(path.join(home, 'hello.txt'), 'Hello.');
  const filled = (text: string): string => text.replaceAll(FOLDER, home);
  const args = [script, ...(server.args ?? []).map(filled)];
  const call = server.call && ([server.call[0], JSON.parse(filled(JSON.stringify(server.call[1])))] as const);
  const keys = (server.credentials ?? []).map((variable, n) => ({
    variable,
    name: `${server.name}-${n}`,
    value: freshKey(),
  }));
  const env = { PATH: process.env.PATH, HOME: home };
  const ownEnv = {
    ...env,
    ...server.plain,
    ...Object.fromEntries(keys.map(({ variable, value }) => [variable, value])),
  };
  const direct = await seenAlone(args, ownEnv, call).catch((error: unknown) => String(error));

  const entry = {
    command: process.execPath,
    args,
    env: { ...server.plain, ...Object.fromEntries(keys.map(({ variable, name }) => [variable, { credential: name }])) },
    tools: { allow: ['*'] },
    limits: { timeout: '60s' },
  };
  const served = await serve({
    policy: JSON.stringify({ servers: { [server.name]: entry } }),
    credentials: Object.fromEntries(keys.map(({ name, value }) => [name, value])),
    env: { HOME: home },
  });
  const { command, args: proxyArgs, env: proxyEnv } = served.proxy;
  try {
    const proxy = await bareClient(command, [...proxyArgs, '--server', server.name], { ...env, ...proxyEnv }, START_MS);
    const behind = await seenThrough(proxy, call ?? (typeof direct === 'string' ? undefined : direct.called));
    await proxy.close();
    if (keys.some(({ value }) => JSON.stringify(behind).includes(value))) throw new Error('a credential came through');
    return server.lists === false ? sameSilence(behind) : same(direct, behind);
  } finally {
    await served.stop();
  }
}

interface Seen {
  readonly tools: readonly Tool[];
  readonly called: readonly [tool: string, args: Readonly<Record<string, unknown>>] | undefined;
  readonly answer: Answer | undefined;
  readonly why: unknown;
}

async function seenAlone(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  call: Seen['called'],
): Promise<Seen> {
  const client = await bareClient(process.execPath, args, env, START_MS);
  try {
    return await seenThrough(client, call);
  } finally {
    await client.close();
  }
}

/** Its tools, and what one of them answers. */
async function seenThrough(client: BareClient, call: Seen['called']): Promise<Seen> {
  const tools: Tool[] = [];
  let why: unknown;
  let cursor: unknown;
  do {
    const { result, error } = await client.request('tools/list', cursor === undefined ? {} : { cursor }, CALL_MS);
    why = (result?._meta as Record<string, unknown> | undefined)?.['valet-key/error'] ?? error;
    tools.push(...((result?.tools as Tool[] | undefined) ?? []));
    cursor = result?.nextCursor;
  } while (cursor !== undefined);
  const called = call ?? withoutArguments(tools);
  const answer = called && (await client.request('tools/call', { name: called[0], arguments: called[1] }, CALL_MS));
  return { tools, called, answer, why };
}

/** A call that a server answers by itself: a tool that needs arguments, without them. */
function withoutArguments(tools: readonly Tool[]): Seen['called'] {
  const strict = tools.find(({ inputSchema }) => {
    const { required } = inputSchema as { required?: unknown };
    return Array.isArray(required) && required.length > 0;
  });
  return strict && [String(strict.name), {}];
}

function same(direct: Seen | string, behind: Seen): string {
  if (typeof direct === 'string') throw new Error(`it does not run by itself here: ${direct}`);
  if (direct.tools.length === 0) throw new Error('it lists no tools by itself here');
  const shown = (tools: readonly Tool[]): unknown => tools.map((tool) => FIELDS.map((field) => tool[field]));
  if (!isDeepStrictEqual(shown(direct.tools), shown(behind.tools))) {
    throw new Error(`its tools are others: ${direct.tools.length} by itself, ${behind.tools.length} behind Valet Key`);
  }
  const [ownWords, words] = [wordsOf(direct.answer), wordsOf(behind.answer)];
  if (ownWords !== words) throw new Error(`it answers otherwise: ${JSON.stringify([ownWords, words]).slice(0, 600)}`);
  return `${direct.tools.length} tools, and ${direct.called?.[0] ?? 'nothing'} answers the same`;
}

/** One that cannot list here says why. */
function sameSilence({ tools, why }: Seen): string {
  if (tools.length > 0) throw new Error(`it was not to list its tools here, and lists ${tools.length}`);
  const { message } = (why ?? {}) as { message?: unknown };
  if (typeof message !== 'string') throw new Error('it lists no tools, and nothing says why');
  return `no tools here, as by itself, and the reason is told: ${message}`;
}

/** What was said, whether as a result or as an error of the protocol, which becomes a result behind Valet Key. */
function wordsOf(answer: Answer | undefined): string {
  if (answer?.error) return `${String(answer.error.message)}`;
  const { content, structuredContent } = answer?.result ?? {};
  const texts = ((content as { text?: string }[] | undefined) ?? []).map(({ text }) => text ?? '');
  return [...texts, ...(structuredContent === undefined ? [] : [JSON.stringify(structuredContent)])]
    .join('\n')
    .replace(/^MCP error -?\d+: /, '');
}

/** The server's script, installed if it is not. */
function install({ package: name, version }: NpmServer, folder: string): string {
  const installed = path.join(folder, 'node_modules', name);
  const manifest = path.join(installed, 'package.json');
  if (!existsSync(manifest) || packageOf(manifest).version !== version) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--loglevel=error'];
    execFileSync('npm', ['install', ...options, `${name}@${version}`], { cwd: folder, stdio: 'inherit' });
  }
  const { bin } = packageOf(manifest);
  const script = typeof bin === 'string' ? bin : Object.values(bin ?? {})[0];
  if (script === undefined) throw new Error(`${name} has no program`);
  return path.join(installed, script);
}

function packageOf(file: string): { version?: string; bin?: string | Record<string, string> } {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
