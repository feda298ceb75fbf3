import type { Fix, ServerEntry } from '../../../core/checkup/model/checkupModel.ts';
import { isUsable } from '../../../core/credentials/credentialInput.ts';
import { neededNetwork } from '../../../core/net/neededNetwork.ts';
import { packagesOf } from '../../../core/packages/launches.ts';
import type { NewServer } from '../../../core/policy/edit/serverWriter.ts';
import { Secret } from '../../../core/secret.ts';
import type { CheckedFile } from '../scan/checkup.ts';
import type { PlainSecret } from './secretPlaces.ts';
import { serverKeyOf, serverOf } from './serverOfSecret.ts';

/** What a server's entry in a client's file says, as a wrapped server needs it: everything, or it cannot be wrapped. */
export interface WrapDraft {
  readonly file: CheckedFile;
  readonly entry: ServerEntry;
  readonly run: NewServer['run'];
  readonly variables: readonly DraftVariable[];
  /** Packages of the command line that are not pinned. */
  readonly loose: readonly LoosePackage[];
}

/** A plain text, or a credential with what stands before it. */
export type DraftVariable =
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly value: Secret; readonly prefix: string };

export interface LoosePackage {
  readonly name: string;
  readonly ecosystem: Extract<Fix, { kind: 'pin' }>['ecosystem'];
  /** The argument that names it, and what it becomes. */
  readonly at: number;
  readonly withVersion: (version: string) => string;
}

/** Keys that say nothing of what the server is or gets. */
const MEANS_NOTHING =
  /^(?:type|transport|transportType|name|title|description|icon|version|gallery|autoApprove|alwaysAllow|autoAllow)$/;

/** What a client puts another text in the place of: `${input:key}`, `$HOME`, `%APPDATA%`, `{{key}}`. */
const FILLED_IN = /\$\{?\w|%\w+%|\{\{/;

/**
 * What can be told of a server for wrapping it. Undefined where a part of its entry has no counterpart: texts that its
 * client fills in, a folder to run in, a file of variables, a secret in its arguments or its address, the older HTTP
 * transport (SSE).
 *
 * @param secrets every secret that stands in the entry
 */
export function wrapDraft(
  file: CheckedFile,
  entry: ServerEntry,
  secrets: readonly PlainSecret[],
  platform: NodeJS.Platform,
): WrapDraft | undefined {
  if (entry.disabled || entry.cwd || entry.envFile || entry.transport === 'sse') return undefined;
  if (entry.others.some(({ name }) => !MEANS_NOTHING.test(name))) return undefined;
  // VS Code's entry goes, and with it what it says; another client's new entry keeps it.
  if (file.file.client === 'vscode' && Object.keys(entry.settings).length > 0) return undefined;
  const run = runOf(entry, platform);
  if (!run) return undefined;
  const named = run.by === 'command' ? entry.env : entry.headers;
  const other = run.by === 'command' ? entry.headers : entry.env;
  const places = new Set(named.map(({ span }) => span.start));
  if (other.length > 0 || secrets.some(({ shown }) => !places.has(shown.finding.span.start))) return undefined;
  const variables = named.map((variable) => variableOf(variable, secrets));
  if (!variables.every((variable) => variable !== undefined)) return undefined;
  return { file, entry, run, variables, loose: looseOf(entry) };
}

function runOf({ command, url, args }: ServerEntry, platform: NodeJS.Platform): NewServer['run'] | undefined {
  if ((command === undefined) === (url === undefined)) return undefined;
  if ([...(command ? [command] : []), ...(url ? [url] : []), ...args].some(({ value }) => FILLED_IN.test(value))) {
    return undefined;
  }
  if (url) {
    const needed = neededNetwork(url.value);
    return args.length > 0 || 'problem' in needed ? undefined : { by: 'url', url: url.value, ...needed };
  }
  // Scripts of the command prompt, which no program can start but the prompt itself.
  if (!command || (platform === 'win32' && /^(?:npx|npm|pnpm|pnpx|yarn)$/i.test(command.value))) return undefined;
  return { by: 'command', command: command.value, args: args.map(({ value }) => value) };
}

function variableOf(
  { name, value, span }: ServerEntry['env'][number],
  secrets: readonly PlainSecret[],
): DraftVariable | undefined {
  const own = secrets.filter(({ shown }) => shown.finding.span.start === span.start);
  if (own.length === 0) return FILLED_IN.test(value) ? undefined : { name, text: value };
  const [only] = own;
  const within = own.length === 1 ? only?.shown.finding.secret?.within : undefined;
  // A secret at the end keeps what stands before it in sight, such as `Bearer `; else the whole text is kept secret.
  // Blocks of YAML end in a line break that nobody means.
  const text = value.trimEnd();
  const ends = only && within?.end === text.length;
  const credential = ends
    ? { value: only.value, prefix: text.slice(0, within.start) }
    : { value: new Secret(text), prefix: '' };
  return isUsable(credential.value) ? { name, ...credential } : undefined;
}

function looseOf(entry: ServerEntry): readonly LoosePackage[] {
  return packagesOf(entry).flatMap(({ pinned, looseness, perhapsLocal, ecosystem, name, spec, withVersion }) => {
    const at = entry.args.findIndex(({ pointer }) => pointer === spec.at.pointer);
    if (pinned || looseness === undefined || perhapsLocal || at === -1) return [];
    if (ecosystem === 'nuget' || ecosystem === 'go' || ecosystem === 'script') return [];
    const { value } = spec.at;
    const [before, after] = [value.slice(0, spec.offset), value.slice(spec.offset + spec.value.length)];
    return [{ name, ecosystem, at, withVersion: (version) => before + withVersion(version) + after }];
  });
}

/** The drafts of all servers whose secrets these are, by `serverKeyOf`. */
export function wrapDrafts(secrets: readonly PlainSecret[], platform: NodeJS.Platform): ReadonlyMap<string, WrapDraft> {
  const drafts = new Map<string, WrapDraft>();
  for (const secret of secrets) {
    const entry = serverOf(secret);
    const key = serverKeyOf(secret);
    if (!entry || key === undefined || drafts.has(key)) continue;
    const own = secrets.filter((other) => serverKeyOf(other) === key);
    const draft = wrapDraft(secret.file, entry, own, platform);
    if (draft) drafts.set(key, draft);
  }
  return drafts;
}
