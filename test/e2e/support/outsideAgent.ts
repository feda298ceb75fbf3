import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { type Editor, EXTENSION_ID } from './editor.ts';

/**
 * An agent outside VS Code: an MCP client of its own that starts the installed proxy in a folder, by an entry like VS
 * Code's own, so that nobody has to allow it. Close it when done.
 *
 * @param cwd absolute path; the window that has it open serves the agent
 * @param name what it calls itself
 */
export async function connectOutsideAgent(editor: Editor, cwd: string, name = 'claude-code'): Promise<Client> {
  const [installed = ''] = readdirSync(editor.folders.extensions).filter((name) => name.startsWith(EXTENSION_ID));
  const entry = {
    command: process.execPath,
    args: [join(editor.folders.extensions, installed, 'dist/proxy.js')],
    env: { VALETKEY_RUNTIME_DIR: join(editor.folders.runtime, 'valet-key'), ELECTRON_RUN_AS_NODE: '1' },
  };
  return startFromEntry(entry, name, cwd);
}

/** A stdio server as clients write it down. */
export interface ServerEntry {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts what an entry says, as a client that calls itself so. */
export async function startFromEntry({ command, args, env }: ServerEntry, name: string, cwd: string): Promise<Client> {
  const client = new Client({ name, version: '1' });
  const inherited = { PATH: process.env.PATH ?? '' };
  await client.connect(new StdioClientTransport({ command, args: [...args], env: { ...inherited, ...env }, cwd }));
  return client;
}

/** What a tool gave, as the proxy said it: an answer, or a refusal with `error`. */
export interface AgentResult {
  readonly status?: number;
  readonly error?: { readonly code: string; readonly message: string; readonly sent: string };
}

export async function readThrough(client: Client, service: string, path: string): Promise<AgentResult> {
  const result = await client.callTool({ name: 'read', arguments: { service, path } });
  return result.structuredContent as AgentResult;
}
