import { withEntry } from '../text/insertion.ts';
import { yamlText } from '../text/yamlText.ts';

/** An upstream MCP server as a migration writes it. */
export interface NewServer {
  readonly name: string;
  readonly run:
    | { readonly by: 'command'; readonly command: string; readonly args: readonly string[] }
    | { readonly by: 'url'; readonly url: string; readonly network: 'public' | 'private' | 'loopback' };
  /** `env` of a command, `headers` of a URL, in the order of the file. */
  readonly variables: readonly NewVariable[];
  readonly tools: NewTools;
}

export interface NewVariable {
  readonly name: string;
  readonly value: { readonly text: string } | { readonly credential: string; readonly prefix: string };
}

/** Patterns of tool names. */
export interface NewTools {
  readonly allow: readonly string[];
  readonly ask: readonly string[];
}

/** The policy text with the upstream MCP server: see {@link withEntry}. */
export function withServer(text: string | undefined, server: NewServer): string {
  return withEntry(text, 'servers', { name: server.name, lines: serverLines(server) });
}

function serverLines({ name, run, variables, tools }: NewServer): readonly string[] {
  const lines = [`${name}:`];
  if (run.by === 'command') {
    lines.push(`  command: ${yamlText(run.command)}`);
    if (run.args.length > 0) lines.push(`  args: ${listText(run.args)}`);
  } else {
    lines.push(`  url: ${yamlText(run.url)}`);
    if (run.network !== 'public') lines.push(`  network: ${run.network}`);
  }
  if (variables.length > 0) lines.push(run.by === 'command' ? '  env:' : '  headers:');
  for (const variable of variables) lines.push(`    ${yamlText(variable.name)}: ${valueText(variable)}`);
  lines.push('  tools:');
  for (const list of ['allow', 'ask'] as const) {
    if (tools[list].length > 0) lines.push(`    ${list}: ${listText(tools[list])}`);
  }
  return lines;
}

function valueText({ value }: NewVariable): string {
  if ('text' in value) return JSON.stringify(value.text);
  const prefix = value.prefix === '' ? '' : `, prefix: ${JSON.stringify(value.prefix)}`;
  return `{ credential: ${value.credential}${prefix} }`;
}

/** A star at the start would be an alias, and a dash is another list: such words stand in quotes. */
function listText(words: readonly string[]): string {
  return `[${words.map(yamlText).join(', ')}]`;
}
