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

/** The entry as the client keeps it. The mark in its environment tells a connected client from a stranger; no secret. */
export function entryOf(client: AgentClient, launch: LaunchCommand): Readonly<Record<string, unknown>> {
  return { ...client.extra, command: launch.command, args: launch.args, env: { VALETKEY_CLIENT: client.id } };
}

/**
 * The configuration's text with our entry, everything else as it was: order, comments, spaces, line ends. An empty or
 * missing file is begun. Throws {@link EntryError}: `unparsable` text, `unexpected` things where servers should be,
 * or a name that is `taken` by an entry that cannot be replaced in place.
 */
export function withEntry(text: string, client: AgentClient, entry: Readonly<Record<string, unknown>>): string {
  return client.format === 'json' ? jsonWith(text, entry) : tomlWith(text, entry);
}

/** The text without our entry; as it was when there is none. Throws {@link EntryError}. */
export function withoutEntry(text: string, client: AgentClient): string {
  return client.format === 'json' ? jsonWithout(text) : tomlWithout(text);
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

function jsonWith(given: string, entry: Readonly<Record<string, unknown>>): string {
  const { mark, text } = withoutMark(given);
  if (text.trim() === '') {
    return `${mark}${JSON.stringify({ mcpServers: { [ENTRY_NAME]: entry } }, undefined, 2)}\n`;
  }
  const before = jsonOf(text);
  if (before.mcpServers !== undefined && !isRecord(before.mcpServers)) throw new EntryError('unexpected');
  const formattingOptions = formattingOf(text);
  const after = applyEdits(text, modify(text, ['mcpServers', ENTRY_NAME], entry, { formattingOptions }));
  const wanted = { ...before, mcpServers: { ...before.mcpServers, [ENTRY_NAME]: entry } };
  if (!same(jsonOf(after), wanted)) throw new EntryError('unexpected');
  return mark + after;
}

function jsonWithout(given: string): string {
  const { mark, text } = withoutMark(given);
  const before = jsonOf(text);
  const servers = before.mcpServers;
  if (!isRecord(servers) || !(ENTRY_NAME in servers)) return given;
  const after = applyEdits(text, modify(text, ['mcpServers', ENTRY_NAME], undefined, {}));
  const { [ENTRY_NAME]: _ours, ...others } = servers;
  if (!same(jsonOf(after), { ...before, mcpServers: others })) throw new EntryError('unexpected');
  return mark + after;
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

const HEADER = `[mcp_servers.${ENTRY_NAME}]`;

/** Appended, so that nothing that is there has to be written anew; a table may stand at the end of any TOML document. */
function tomlWith(text: string, entry: Readonly<Record<string, unknown>>): string {
  const before = tomlOf(text);
  const servers = before.mcp_servers;
  if (servers !== undefined && !isRecord(servers)) throw new EntryError('unexpected');
  if (servers && ENTRY_NAME in servers) {
    if (same(servers[ENTRY_NAME], entry)) return text;
    throw new EntryError('taken');
  }
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const block = [HEADER, ...Object.entries(entry).map(([key, value]) => `${key} = ${tomlValue(value)}`), ''].join(eol);
  const gap = text === '' ? '' : text.endsWith('\n') ? eol : eol + eol;
  const after = text + gap + block;
  if (!same(tomlAfter(after), { ...before, mcp_servers: { ...servers, [ENTRY_NAME]: entry } })) {
    throw new EntryError('unexpected');
  }
  return after;
}

/** From our header to the next table that is none of ours. */
function tomlWithout(text: string): string {
  const before = tomlOf(text);
  const servers = before.mcp_servers;
  if (!isRecord(servers) || !(ENTRY_NAME in servers)) return text;
  const lines = text.split(/(?<=\n)/);
  const start = lines.findIndex((line) => line.trim() === HEADER);
  if (start < 0) throw new EntryError('changed');
  const length = lines
    .slice(start + 1)
    .findIndex((line) => /^\s*\[/.test(line) && !line.trim().startsWith(`[mcp_servers.${ENTRY_NAME}.`));
  const end = length < 0 ? lines.length : start + 1 + length;
  const rest =
    lines
      .slice(0, start)
      .join('')
      .replace(/\r?\n(\r?\n)$/, '$1') + lines.slice(end).join('');
  const { [ENTRY_NAME]: _ours, ...others } = servers;
  const { mcp_servers: _servers, ...without } = before;
  const wanted = Object.keys(others).length === 0 ? without : { ...without, mcp_servers: others };
  if (!same(tomlOf(rest), wanted)) throw new EntryError('changed');
  return rest;
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
