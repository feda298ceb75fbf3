import {
  applyEdits,
  type FormattingOptions,
  getNodeValue,
  modify,
  type Node,
  type ParseError,
  parseTree,
} from 'jsonc-parser';
import { getStaticTOMLValue, parseTOML } from 'toml-eslint-parser';
import type { AgentClient } from './agentClients.ts';
import type { LaunchCommand } from './launcher.ts';

/** The server's name in every client's configuration. */
export const ENTRY_NAME = 'valet-key';

/** Why a configuration is left alone. */
export type EntryProblem = 'unparsable' | 'unexpected' | 'taken' | 'changed';

export class EntryError extends Error {
  readonly problem: EntryProblem;

  constructor(problem: EntryProblem) {
    super(`The configuration is ${problem}.`);
    this.problem = problem;
  }
}

/** A client's entries of ours by their names. */
export type Entries = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/**
 * The entries as the client keeps them: Valet Key's own server, and one more for each upstream MCP server. The mark in their
 * environment tells a connected client from a stranger, and ours from everybody else's; no secret.
 */
export function entriesOf(client: AgentClient, launch: LaunchCommand, servers: readonly string[]): Entries {
  const entry = (...args: readonly string[]): Readonly<Record<string, unknown>> => ({
    ...client.extra,
    command: launch.command,
    args: [...launch.args, ...args],
    env: { VALETKEY_CLIENT: client.id },
  });
  return new Map([
    [ENTRY_NAME, entry()],
    ...servers.map((name) => [`${ENTRY_NAME}-${name}`, entry('--server', name)] as const),
  ]);
}

/**
 * The configuration's text with our entries and no older ones of ours, everything else as it was: order, comments, spaces,
 * line ends. An empty or missing file is begun. Throws {@link EntryError}: `unparsable` text, `unexpected` things where
 * servers should be, or a name that is `taken` by an entry that cannot be replaced in place.
 */
export function withEntries(text: string, client: AgentClient, entries: Entries): string {
  return client.format === 'json' ? jsonWith(text, client, entries) : tomlWith(text, client, entries);
}

/** The text without our entries; as it was when there is none. Throws {@link EntryError}. */
export function withoutEntries(text: string, client: AgentClient): string {
  return client.format === 'json' ? jsonWithout(text, client) : tomlWithout(text, client);
}

/** Whether the text has an entry by our name. False for a text that cannot be read. */
export function hasEntry(text: string, client: AgentClient): boolean {
  try {
    const servers = client.format === 'json' ? jsonOf(text).mcpServers : tomlOf(text).mcp_servers;
    return isRecord(servers) && ENTRY_NAME in servers;
  } catch {
    return false;
  }
}

// ── JSON, with comments where the client takes them ──────────────────────────────────────────────────────────────

const BOM = '\uFEFF';

function jsonWith(given: string, client: AgentClient, proposed: Entries): string {
  const { mark, text } = withoutMark(given);
  if (text.trim() === '') {
    return `${mark}${JSON.stringify({ mcpServers: Object.fromEntries(proposed) }, undefined, 2)}\n`;
  }
  const before = jsonOf(text);
  const servers = before.mcpServers === undefined ? {} : before.mcpServers;
  if (!isRecord(servers)) throw new EntryError('unexpected');
  const entries = underKnownNames(proposed, servers, client);
  const old = ownNames(servers, client).filter((name) => !entries.has(name));
  const formattingOptions = formattingOf(text);
  const after = [...entries].reduce(
    (result, [name, entry]) =>
      same(servers[name], entry)
        ? result
        : applyEdits(result, modify(result, ['mcpServers', name], entry, { formattingOptions })),
    old.reduce(jsonWithoutName, text),
  );
  const wanted = { ...before, mcpServers: { ...without(servers, old), ...Object.fromEntries(entries) } };
  if (!same(jsonOf(after), wanted)) throw new EntryError('unexpected');
  return mark + after;
}

function jsonWithout(given: string, client: AgentClient): string {
  const { mark, text } = withoutMark(given);
  const before = jsonOf(text);
  const servers = before.mcpServers;
  if (!isRecord(servers)) return given;
  const names = ownNames(servers, client);
  if (names.length === 0) return given;
  const after = names.reduce(jsonWithoutName, text);
  if (!same(jsonOf(after), { ...before, mcpServers: without(servers, names) })) throw new EntryError('unexpected');
  return mark + after;
}

function jsonWithoutName(text: string, name: string): string {
  return applyEdits(text, modify(text, ['mcpServers', name], undefined, {}));
}

function jsonOf(text: string): Record<string, unknown> {
  const errors: ParseError[] = [];
  const tree = parseTree(text.replace(BOM, ''), errors, { allowTrailingComma: true, disallowComments: false });
  if (!tree || errors.length > 0) throw new EntryError('unparsable');
  // With a key twice, readers differ about which one counts.
  if (tree.type !== 'object' || hasTwice(tree, 'mcpServers')) throw new EntryError('unexpected');
  return getNodeValue(tree) as Record<string, unknown>;
}

function hasTwice(object: Node, key: string): boolean {
  return (object.children ?? []).filter((property) => property.children?.[0]?.value === key).length > 1;
}

function withoutMark(text: string): { readonly mark: string; readonly text: string } {
  return text.startsWith(BOM) ? { mark: BOM, text: text.slice(1) } : { mark: '', text };
}

/** As the file is written already. */
function formattingOf(text: string): FormattingOptions {
  const indent = /^([\t ]+)["}]/m.exec(text)?.[1] ?? '  ';
  return {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 4 : indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
}

// ── TOML ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function headerOf(name: string): string {
  return `[mcp_servers.${name}]`;
}

/** Appended, so that nothing that is there has to be written anew; a table may stand at the end of any TOML document. */
function tomlWith(given: string, client: AgentClient, entries: Entries): string {
  const before = tomlOf(given);
  const servers = before.mcp_servers === undefined ? {} : before.mcp_servers;
  if (!isRecord(servers)) throw new EntryError('unexpected');
  const old = Object.entries(servers).flatMap(([name, entry]) =>
    isMarked(entry, client) && !same(entry, entries.get(name)) ? [name] : [],
  );
  const missing = [...entries].filter(([name, entry]) => !same(servers[name], entry));
  if (missing.some(([name]) => name in servers && !old.includes(name))) throw new EntryError('taken');
  const text = old.reduce(tomlWithoutName, given);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const after = missing.reduce((result, [name, entry]) => {
    const lines = Object.entries(entry).map(([key, value]) => `${key} = ${tomlValue(value)}`);
    const gap = result === '' ? '' : result.endsWith('\n') ? eol : eol + eol;
    return result + gap + [headerOf(name), ...lines, ''].join(eol);
  }, text);
  const wanted = { ...before, mcp_servers: { ...without(servers, old), ...Object.fromEntries(entries) } };
  if (!same(tomlAfter(after), wanted)) throw new EntryError('unexpected');
  return after;
}

function tomlWithout(text: string, client: AgentClient): string {
  const before = tomlOf(text);
  const servers = before.mcp_servers;
  if (!isRecord(servers)) return text;
  const names = ownNames(servers, client);
  if (names.length === 0) return text;
  const rest = names.reduce(tomlWithoutName, text);
  const others = without(servers, names);
  const { mcp_servers: _servers, ...apart } = before;
  const wanted = Object.keys(others).length === 0 ? apart : { ...apart, mcp_servers: others };
  if (!same(tomlOf(rest), wanted)) throw new EntryError('changed');
  return rest;
}

/** From the table's header to the next table that is no part of it. */
function tomlWithoutName(text: string, name: string): string {
  const lines = text.split(/(?<=\n)/);
  const start = lines.findIndex((line) => line.trim() === headerOf(name));
  if (start < 0) throw new EntryError('changed');
  const length = lines
    .slice(start + 1)
    .findIndex((line) => /^\s*\[/.test(line) && !line.trim().startsWith(`[mcp_servers.${name}.`));
  const end = length < 0 ? lines.length : start + 1 + length;
  return (
    lines
      .slice(0, start)
      .join('')
      .replace(/\r?\n(\r?\n)$/, '$1') + lines.slice(end).join('')
  );
}

function tomlOf(text: string): Record<string, unknown> {
  try {
    return getStaticTOMLValue(parseTOML(text.replace(BOM, '')));
  } catch {
    throw new EntryError('unparsable');
  }
}

/** What was readable and is not with our table at its end has an inline table there. */
function tomlAfter(text: string): Record<string, unknown> {
  try {
    return tomlOf(text);
  } catch {
    throw new EntryError('unexpected');
  }
}

/** JSON's strings are TOML's basic strings, but for DEL (https://toml.io/en/v1.0.0#string). */
function tomlValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(tomlValue).join(', ')}]`;
  if (isRecord(value)) {
    return `{ ${Object.entries(value)
      .map(([key, inner]) => `${key} = ${tomlValue(inner)}`)
      .join(', ')} }`;
  }
  return JSON.stringify(value).replaceAll('\u007f', '\\u007f');
}

// ── Both ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The names of our entries: our own server's, and what carries the client's mark. */
function ownNames(servers: Record<string, unknown>, client: AgentClient): readonly string[] {
  return Object.keys(servers).filter((name) => name === ENTRY_NAME || isMarked(servers[name], client));
}

/** An upstream MCP server that moved here out of this very file keeps the name that its client knows. */
function underKnownNames(entries: Entries, servers: Record<string, unknown>, client: AgentClient): Entries {
  const known = Object.entries(servers).filter(([name]) => !entries.has(name));
  return new Map(
    [...entries].map(([name, entry]) => [
      known.find(([, other]) => startsSameServer(other, entry, client))?.[0] ?? name,
      entry,
    ]),
  );
}

/** Whether an entry of the file is ours, for the upstream MCP server that `wanted` is for. */
function startsSameServer(entry: unknown, wanted: Readonly<Record<string, unknown>>, client: AgentClient): boolean {
  const server = serverIn(wanted);
  if (server === undefined || !isRecord(entry) || serverIn(entry) !== server) return false;
  return isMarked(entry, client) || (entry.command === wanted.command && same(entry.args, wanted.args));
}

function serverIn({ args }: Readonly<Record<string, unknown>>): unknown {
  return Array.isArray(args) && args.at(-2) === '--server' ? args.at(-1) : undefined;
}

function isMarked(entry: unknown, client: AgentClient): boolean {
  return isRecord(entry) && isRecord(entry.env) && entry.env.VALETKEY_CLIENT === client.id;
}

function without(servers: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(servers).filter(([name]) => !names.includes(name)));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function same(one: unknown, other: unknown): boolean {
  return sorted(one) === sorted(other);
}

/** JSON with keys in one order; TOML's dates become texts. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isRecord(inner) && !(inner instanceof Date)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : typeof inner === 'bigint'
        ? String(inner)
        : inner,
  );
}
