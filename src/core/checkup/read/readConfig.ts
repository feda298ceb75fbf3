import { LineIndex } from '../../text/lineIndex.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';
import type { Span } from '../../text/span.ts';
import { findingIn } from '../findings/finding.ts';
import type { ConfigFile, Finding, Named, ReadConfig, ServerEntry } from '../model/checkupModel.ts';
import { textsOf } from '../model/textsOf.ts';
import { MAX_CONFIG_BYTES } from './configLimits.ts';
import { type ConfigNode, childOf, type ParsedText, step } from './configNode.ts';
import { parseFrontMatter } from './parseFrontMatter.ts';
import { parseJsonc } from './parseJsonc.ts';
import { parseToml } from './parseToml.ts';
import { parseYaml } from './parseYaml.ts';
import { isServer, serverEntry, textsBelow } from './serverEntries.ts';
import { INPUTS, isForServersAlone, type KeyPath, looseTextsOf, mixedMapsOf, SERVER_MAPS } from './serverMaps.ts';
import { strayTokens } from './strayTokens.ts';

/** YAML and TOML take longer to read, and no client writes more than settings into them. */
const MAX_OTHER_LENGTH = 256 * 1024;

const BOM = '\uFEFF';

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
  const at = (paths: readonly KeyPath[]): Place[] => paths.flatMap((path) => nodesAt(root, path));
  const maps = at(SERVER_MAPS);
  const alone = isForServersAlone(file);
  const mixed: Place[] = [...at(mixedMapsOf(file)), ...(alone && root ? [[root, ''] as const] : [])];
  const servers = [...maps.flatMap(serversIn), ...mixed.flatMap(serversAmong)];
  if (alone && maps.length === 0 && servers.length === 0 && hasContent(root) && !parsed.note) {
    note(
      'information',
      'no-servers',
      { start: 0, end: 0 },
      phrase`No servers were read in this file. The known forms are a map or list of servers in "mcpServers" or "servers", and a map of servers alone. Check the names of the keys.`,
    );
  }
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
  const loose = [
    ...at(INPUTS).flatMap(([node, pointer]) => inputDefaults(node, pointer)),
    ...at(looseTextsOf(file)).flatMap(([node, pointer]) => textsBelow(node, pointer)),
  ];
  const read = new Set(textsOf({ servers, loose }).map(({ span }) => span.start));
  const stray = root ? strayTokens(root, read) : [];
  return { file, lines, servers, loose: [...loose, ...stray], notes };
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
  switch (format) {
    case 'jsonc':
      return parseJsonc(withoutMark);
    case 'toml':
      return parseToml(withoutMark);
    case 'yaml':
      // YAML's own reader knows the mark, and indentation would count a blank in its place.
      return parseYaml(text);
    case 'markdown':
      return parseFrontMatter(text);
  }
}

/** A value and its JSON Pointer. */
type Place = readonly [node: ConfigNode, pointer: string];

function nodesAt(root: ConfigNode | undefined, path: KeyPath, base = ''): Place[] {
  if (root === undefined) return [];
  const [name, ...rest] = path;
  if (name === undefined) return [[root, base]];
  if (root.kind === 'list' && name === '*') {
    return root.items.flatMap((item, index) => nodesAt(item, rest, base + step(index)));
  }
  if (root.kind !== 'map') return [];
  // Duplicate keys are all looked at: what a client passes over still stands in the file.
  return root.entries
    .filter((entry) => name === '*' || entry.name === name)
    .flatMap((entry) => nodesAt(entry.value, rest, base + step(entry.name)));
}

/** The servers of a map by their names, or of a list. What is a server itself has none in it. */
function serversIn([node, pointer]: Place): ServerEntry[] {
  if (isServer(node)) return [];
  if (node.kind === 'list') return node.items.flatMap((item, index) => serversOfItem(item, pointer + step(index)));
  if (node.kind !== 'map') return [];
  return node.entries.flatMap((entry) => serverEntry(entry.name, entry, pointer + step(entry.name)) ?? []);
}

/**
 * An item of a list of servers: Continue's names itself, VS Code's had an id, and those of Claude Code's agents are maps
 * of their own.
 */
function serversOfItem(item: ConfigNode, pointer: string): ServerEntry[] {
  const name = [childOf(item, 'name'), childOf(item, 'id')].find((one) => one?.kind === 'text');
  if (name?.kind !== 'text' && !isServer(item)) return serversIn([item, pointer]);
  const label = name?.kind === 'text' ? name.value : '';
  return [serverEntry(label, { nameSpan: (name ?? item).span, value: item }, pointer) ?? []].flat();
}

/**
 * What is a server among other things. So it is in the root of a file that is for nothing else, which may be the map of
 * servers, as in Claude Code's plugins, or the list.
 */
function serversAmong([node, pointer]: Place): ServerEntry[] {
  if (node.kind !== 'map') return serversIn([node, pointer]);
  return node.entries.flatMap((entry) =>
    isServer(entry.value) ? (serverEntry(entry.name, entry, pointer + step(entry.name)) ?? []) : [],
  );
}

function hasContent(root: ConfigNode | undefined): boolean {
  if (root?.kind === 'map') return root.entries.some(({ name }) => name !== '$schema' && name !== 'inputs');
  return root?.kind === 'list' ? root.items.length > 0 : root?.kind === 'text';
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
