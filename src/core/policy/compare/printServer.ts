import type { Server } from '../model/server.ts';
import type { NamePattern } from '../patterns/namePattern.ts';
import { yamlText } from '../text/yamlText.ts';
import { printLimits } from './print.ts';

/** One server as an entry of `servers`, two spaces deep, with a final line break. Defaults are left out. */
export function printServer(server: Server): string {
  const lines = [`  ${server.name}:`];
  if (server.description !== undefined) lines.push(`    description: ${yamlText(server.description)}`);
  lines.push(...printRun(server));
  const lists = (['allow', 'ask', 'deny'] as const).filter((list) => server.tools[list].length > 0);
  if (lists.length > 0) lines.push('    tools:');
  for (const list of lists) lines.push(`      ${list}: ${printPatterns(server.tools[list])}`);
  const limits = printLimits(server);
  if (limits.length > 0) lines.push('    limits:', ...limits);
  return `${lines.join('\n')}\n`;
}

/** A server without any tool, in the fewest characters: what it is, so that nothing else takes its name. */
export function printBareServer(server: Server): string {
  return [`  ${server.name}:`, ...printRun(server), ''].join('\n');
}

function printRun({ run, variables }: Server): string[] {
  const lines: string[] = [];
  if (run.by === 'command') {
    lines.push(`    command: ${JSON.stringify(run.command)}`);
    if (run.args.length > 0) lines.push(`    args: ${JSON.stringify(run.args)}`);
  } else {
    lines.push(`    url: ${yamlText(run.baseUrl.text)}`);
    if (run.network !== 'public') lines.push(`    network: ${run.network}`);
  }
  if (variables.length > 0) lines.push(`    ${run.by === 'command' ? 'env' : 'headers'}:`);
  for (const { name, value } of variables) {
    const prefix =
      value.from === 'credential' && value.prefix !== '' ? `, prefix: ${JSON.stringify(value.prefix)}` : '';
    const text = value.from === 'literal' ? JSON.stringify(value.text) : `{ credential: ${value.credential}${prefix} }`;
    lines.push(`      ${JSON.stringify(name)}: ${text}`);
  }
  return lines;
}

function printPatterns(patterns: readonly NamePattern[]): string {
  return `[${patterns.map(({ text }) => JSON.stringify(text)).join(', ')}]`;
}
