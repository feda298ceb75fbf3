import { LineIndex } from '../../text/lineIndex.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';
import type { Span } from '../../text/span.ts';
import { findingIn } from '../findings/finding.ts';
import type { ConfigFile, Finding, Named, ReadConfig, ServerEntry } from '../model/checkupModel.ts';
import { type ConfigNode, childOf, type ParsedText, step } from './configNode.ts';
import { parseJsonc } from './parseJsonc.ts';
import { parseToml } from './parseToml.ts';
import { parseYaml } from './parseYaml.ts';
import { serverEntry, textsBelow } from './serverEntries.ts';

/** Largest file that is looked at, in bytes. Claude Code keeps its history beside its servers. */
export const MAX_CONFIG_BYTES = 5 * 1024 * 1024;

/** YAML and TOML take longer to read, and no client writes more than settings into them. */
const MAX_OTHER_LENGTH = 256 * 1024;

const BOM = '\uFEFF';

/** Where clients keep their maps of servers; `*` stands for every key. */
const SERVER_MAPS: readonly (readonly string[])[] = [
  ['mcpServers'],
  ['servers'],
  // VS Code's settings.json, and what *.code-workspace and dev container files hold of it.
  ['mcp', 'servers'],
  ['mcp', 'mcpServers'],
  ['settings', 'mcp', 'servers'],
  ['customizations', 'vscode', 'mcp', 'servers'],
  ['customizations', 'vscode', 'settings', 'mcp', 'servers'],
  // ~/.claude.json
  ['projects', '*', 'mcpServers'],
  // ~/.codex/config.toml
  ['mcp_servers'],
];

/** What VS Code asks for when a server starts; a `default` stands in the file. */
const INPUTS: readonly (readonly string[])[] = [
  ['inputs'],
  ['mcp', 'inputs'],
  ['settings', 'mcp', 'inputs'],
  ['customizations', 'vscode', 'mcp', 'inputs'],
];

/** The environment that Claude Code and dev containers give to every server. */
const ENVIRONMENTS: readonly (readonly string[])[] = [['env'], ['containerEnv'], ['remoteEnv']];

/**
 * Reads one configuration file: its servers with the place of every text. Never throws: what cannot be read is a note.
 */
export function readConfig(file: ConfigFile): ReadConfig {
  const lines = new LineIndex(file.text);
  const notes: Finding[] = [];
  const note = (severity: Finding['severity'], code: string, span: Span, message: Phrase): void => {
    notes.push(findingIn({ file, lines }, 3, { severity, code, span, message }));
  };
  if (file.text.startsWith(BOM)) {
    note(
      'information',
      'byte-order-mark',
      { start: 0, end: 1 },
      phrase`The file begins with a byte order mark, which some clients refuse. Save it as UTF-8 without one.`,
    );
  }
  const parsed = parseConfig(file);
  if ('refused' in parsed) {
    note('warning', parsed.refused.code, parsed.refused.span, parsed.refused.message);
    return { file, lines, servers: [], loose: [], notes, unread: true };
  }
  if (parsed.note) note('warning', 'broken-text', parsed.note.span, parsed.note.message);
  const { root } = parsed;
  const servers = SERVER_MAPS.flatMap((path) => nodesAt(root, path)).flatMap(([node, at]) => serversIn(node, at, file));
  for (const { name, span, duplicate } of duplicates(servers)) {
    if (!duplicate) continue;
    note(
      'warning',
      'duplicate-server',
      span,
      name === ''
        ? phrase`Another server in this file has the same name, and the client starts only one of them (the name is empty). Rename or remove one.`
        : phrase`Another server in this file has the same name, and the client starts only one of them. Rename or remove one.`,
    );
  }
  const at = (paths: readonly (readonly string[])[]): (readonly [ConfigNode, string])[] =>
    paths.flatMap((path) => nodesAt(root, path));
  const loose = [
    ...at(INPUTS).flatMap(([node, pointer]) => inputDefaults(node, pointer)),
    ...at(ENVIRONMENTS).flatMap(([node, pointer]) => textsBelow(node, pointer)),
  ];
  return { file, lines, servers, loose, notes };
}

/** A file's text as a tree, whatever it is written in: as its client reads it, with offsets in the text as given. */
export function parseConfig({ text, format }: Pick<ConfigFile, 'text' | 'format'>): ParsedText {
  const most = format === 'jsonc' ? MAX_CONFIG_BYTES : MAX_OTHER_LENGTH;
  // A cheap bound on bytes: no UTF-16 code unit takes less than one.
  if (text.length > most) {
    return {
      refused: {
        code: 'too-large',
        span: { start: 0, end: 0 },
        message: phrase`The file is larger than ${most / 1024} KB, so it was not checked.`,
      },
    };
  }
  const withoutMark = text.startsWith(BOM) ? ` ${text.slice(1)}` : text;
  if (format === 'toml') return parseToml(withoutMark);
  // YAML's own reader knows the mark, and indentation would count a blank in its place.
  return format === 'yaml' ? parseYaml(text) : parseJsonc(withoutMark);
}

function nodesAt(root: ConfigNode | undefined, path: readonly string[], base = ''): (readonly [ConfigNode, string])[] {
  if (root === undefined) return [];
  const [name, ...rest] = path;
  if (name === undefined) return [[root, base]];
  if (root.kind !== 'map') return [];
  // Duplicate keys are all looked at: what a client passes over still stands in the file.
  return root.entries
    .filter((entry) => name === '*' || entry.name === name)
    .flatMap((entry) => nodesAt(entry.value, rest, base + step(entry.name)));
}

function serversIn(node: ConfigNode, pointer: string, { client }: ConfigFile): ServerEntry[] {
  if (node.kind === 'map') {
    return node.entries.flatMap((entry) => serverEntry(entry.name, entry, pointer + step(entry.name)) ?? []);
  }
  // Continue has a list of servers that name themselves.
  if (node.kind !== 'list' || client !== 'continue') return [];
  return node.items.flatMap((item, index) => {
    const name = childOf(item, 'name');
    const label = name?.kind === 'text' ? name : undefined;
    const nameSpan = label?.span ?? item.span;
    return serverEntry(label?.value ?? '', { nameSpan, value: item }, pointer + step(index)) ?? [];
  });
}

/** The default of each input, by the input's id. */
function inputDefaults(node: ConfigNode, pointer: string): Named[] {
  if (node.kind !== 'list') return [];
  return node.items.flatMap((item, index) => {
    const id = childOf(item, 'id');
    const value = childOf(item, 'default');
    if (value?.kind !== 'text') return [];
    const name = id?.kind === 'text' ? id.value : '';
    return [{ name, value: value.value, pointer: pointer + step(index) + step('default'), span: value.span }];
  });
}

function duplicates(servers: readonly ServerEntry[]): { name: string; span: Span; duplicate: boolean }[] {
  const seen = new Set<string>();
  return servers.map(({ name, pointer, nameSpan }) => {
    const duplicate = seen.has(pointer);
    seen.add(pointer);
    return { name, span: nameSpan, duplicate };
  });
}
