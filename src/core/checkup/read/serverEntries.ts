import type { Located, Named, ServerEntry } from '../model/checkupModel.ts';
import { type ConfigEntry, type ConfigNode, childOf, step } from './configNode.ts';

const COMMAND_KEYS = ['command', 'cmd'];
const URL_KEYS = ['url', 'serverUrl', 'httpUrl', 'uri', 'endpoint'];
const ENV_KEYS = ['env', 'environment', 'envs'];
const HEADER_KEYS = ['headers', 'http_headers'];
/** Keys under which clients nest headers, arguments and the like: Cursor, Continue, goose and Zed know these. */
const NESTED_KEYS = ['requestInit', 'requestOptions', 'transport', 'config', 'command'];
const AUTO_APPROVED_KEYS = ['autoApprove', 'alwaysAllow', 'autoAllow', 'trust'];

/** A text as it stands; numbers and booleans as their text, since clients pass them on so. */
function located(node: ConfigNode | undefined, pointer: string): Located | undefined {
  if (node?.kind === 'text') return { value: node.value, pointer, span: node.span };
  if (node?.kind === 'other' && node.value !== null) return { value: String(node.value), pointer, span: node.span };
  return undefined;
}

function textAt(node: ConfigNode, name: string, pointer: string): Located | undefined {
  const value = childOf(node, name);
  return value?.kind === 'text' ? located(value, pointer + step(name)) : undefined;
}

/** The words of a command: one text, a list of which the first is the program, or Zed's map with a `path`. */
function commandAt(node: ConfigNode, name: string, pointer: string): Located[] {
  const value = childOf(node, name);
  if (value?.kind === 'map') return [textAt(value, 'path', pointer + step(name)) ?? []].flat();
  return listAt(node, name, pointer);
}

function listAt(node: ConfigNode, name: string, pointer: string): Located[] {
  const value = childOf(node, name);
  if (value === undefined) return [];
  const base = pointer + step(name);
  if (value.kind === 'list') {
    return value.items.flatMap((item, index) => located(item, base + step(index)) ?? []);
  }
  return value.kind === 'text' ? [{ value: value.value, pointer: base, span: value.span }] : [];
}

/**
 * Every text of a map of names, duplicates included: all of them stand in the file. A value may be a map around it
 * (`{ "value": … }`), and a list may stand for the map (`[{ "name": …, "value": … }]`).
 */
function namedAt(node: ConfigNode, name: string, pointer: string): Named[] {
  const value = childOf(node, name);
  const base = pointer + step(name);
  if (value?.kind === 'map') {
    return value.entries.flatMap((entry) => named(entry.name, entry.value, base + step(entry.name)));
  }
  if (value?.kind !== 'list') return [];
  return value.items.flatMap((item, index) => {
    const label = [childOf(item, 'name'), childOf(item, 'key')].find((one) => one?.kind === 'text');
    return label?.kind === 'text' ? named(label.value, item, base + step(index)) : [];
  });
}

function named(name: string, node: ConfigNode, pointer: string): Named[] {
  const inner = childOf(node, 'value');
  const text = inner ? located(inner, pointer + step('value')) : located(node, pointer);
  return text ? [{ ...text, name }] : [];
}

/** Every text below a node, by the key that it stands behind. */
export function textsBelow(node: ConfigNode, pointer: string, name = ''): Named[] {
  if (node.kind === 'map') {
    return node.entries.flatMap((entry) => textsBelow(entry.value, pointer + step(entry.name), entry.name));
  }
  if (node.kind === 'list') {
    return node.items.flatMap((item, index) => textsBelow(item, pointer + step(index), name));
  }
  return node.kind === 'text' ? [{ value: node.value, pointer, span: node.span, name }] : [];
}

function transportOf(node: ConfigNode, hasCommand: boolean, hasUrl: boolean): ServerEntry['transport'] {
  const typed = ['type', 'transport', 'transportType']
    .map((name) => childOf(node, name))
    .find((value) => value?.kind === 'text');
  const type = typed?.kind === 'text' ? typed.value.toLowerCase() : '';
  if (type === 'sse') return 'sse';
  if (type.includes('http')) return 'http';
  if (hasUrl) return 'http';
  return type === 'stdio' || hasCommand ? 'stdio' : 'unknown';
}

function autoApproved(node: ConfigNode, pointer: string): Located[] {
  return AUTO_APPROVED_KEYS.flatMap((key) => {
    const value = childOf(node, key);
    const all = value?.kind === 'other' && value.value === true;
    return all ? [{ value: '*', pointer: pointer + step(key), span: value.span }] : listAt(node, key, pointer);
  });
}

function isDisabled(node: ConfigNode): boolean {
  const says = (name: string, word: boolean): boolean => {
    const value = childOf(node, name);
    return value?.kind === 'other' && value.value === word;
  };
  return says('disabled', true) || says('enabled', false);
}

const TRANSPORT = /^(?:stdio|local|remote|sse|wss?|websocket|.*http.*)$/i;

/** Whether a map can be nothing but a server: it says how one is started or reached. */
export function isServer(node: ConfigNode | undefined): boolean {
  if (node?.kind !== 'map') return false;
  const type = childOf(node, 'type');
  if (type?.kind === 'text' && TRANSPORT.test(type.value)) return true;
  if (URL_KEYS.some((name) => childOf(node, name)?.kind === 'text')) return true;
  const told = COMMAND_KEYS.some((name) => {
    const command = childOf(node, name);
    return command?.kind === 'text' || command?.kind === 'list' || childOf(command, 'path')?.kind === 'text';
  });
  return told || ['config', 'transport'].some((name) => isServer(childOf(node, name)));
}

/** One server of a client's file; undefined when what stands there cannot be one. */
export function serverEntry(name: string, entry: Omit<ConfigEntry, 'name'>, pointer: string): ServerEntry | undefined {
  const node = entry.value;
  if (node.kind !== 'map') return undefined;
  const places: readonly (readonly [ConfigNode, string])[] = [
    [node, pointer],
    ...NESTED_KEYS.flatMap((key): (readonly [ConfigNode, string])[] => {
      const nested = childOf(node, key);
      return nested?.kind === 'map' ? [[nested, pointer + step(key)]] : [];
    }),
  ];
  const first = (names: readonly string[]): Located | undefined =>
    places.flatMap(([at, base]) => names.flatMap((one) => textAt(at, one, base) ?? []))[0];
  const every = <T>(names: readonly string[], read: (at: ConfigNode, one: string, base: string) => T[]): T[] =>
    places.flatMap(([at, base]) => names.flatMap((one) => read(at, one, base)));

  const [command, ...words] = every(COMMAND_KEYS, commandAt);
  const url = first(URL_KEYS);
  const envFile = first(['envFile']);
  const cwd = first(['cwd']);
  const args = [...words, ...every(['args'], listAt)];
  const env = every(ENV_KEYS, namedAt);
  const headers = every(HEADER_KEYS, namedAt);
  const approved = autoApproved(node, pointer);
  const read = new Set([command, url, envFile, cwd, ...args, ...env, ...headers].map((text) => text?.span.start));
  return {
    name,
    pointer,
    span: node.span,
    nameSpan: entry.nameSpan,
    transport: transportOf(node, command !== undefined, url !== undefined),
    ...(command && { command }),
    args,
    env,
    headers,
    ...(url && { url }),
    ...(envFile && { envFile }),
    ...(cwd && { cwd }),
    disabled: isDisabled(node),
    ...(approved.length > 0 && { autoApproved: approved }),
    others: textsBelow(node, pointer).filter((text) => !read.has(text.span.start)),
    settings: settingsOf(node.entries),
  };
}

function settingsOf(entries: readonly ConfigEntry[]): Readonly<Record<string, number | boolean>> {
  return Object.fromEntries(
    entries.flatMap(({ name, value }) =>
      value.kind === 'other' && value.value !== null && !/^(?:disabled|enabled|trust)$/.test(name)
        ? [[name, value.value]]
        : [],
    ),
  );
}
