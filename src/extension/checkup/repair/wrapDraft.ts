import type { Fix, Located, ServerEntry } from '../../../core/checkup/model/checkupModel.ts';
import { groupBy } from '../../../core/checkup/model/groupBy.ts';
import { masked } from '../../../core/checkup/secrets/findSecrets.ts';
import { isUsable } from '../../../core/credentials/credentialInput.ts';
import { neededNetwork } from '../../../core/net/neededNetwork.ts';
import { packagesOf } from '../../../core/packages/launches.ts';
import type { NewServer } from '../../../core/policy/edit/serverWriter.ts';
import { Secret } from '../../../core/secret.ts';
import type { Span } from '../../../core/text/span.ts';
import type { FoundFile } from '../scan/checkup.ts';
import type { PlainSecret } from './secretPlaces.ts';
import { serverKeyOf } from './serverOfSecret.ts';
import { type DraftVariable, type Program, wrapCommand } from './wrapCommand.ts';

/** What a server's entry in a client's file says, as an upstream MCP server needs it: everything, or it cannot be wrapped. */
export interface WrapDraft {
  readonly file: FoundFile;
  readonly entry: ServerEntry;
  readonly run: NewServer['run'];
  readonly variables: readonly DraftVariable[];
  /** Packages of the command line that are not pinned. */
  readonly loose: readonly LoosePackage[];
  /** What is started in the end of `run`, once packages have their versions. */
  arrange(program: Program): Program;
}

export interface LoosePackage {
  /** As people may see it: an address may have a secret in it. */
  readonly name: string;
  readonly ecosystem: Extract<Fix, { kind: 'pin' }>['ecosystem'];
  /** The argument that names it, where in that, and what stands there then. */
  readonly at: number;
  readonly span: Span;
  readonly withVersion: (version: string) => string;
}

/** Keys that say nothing of what the server is or gets. */
const MEANS_NOTHING =
  /^(?:type|transport|transportType|name|title|description|icon|version|gallery|source|autoApprove|alwaysAllow|autoAllow)$/;

/** What a client puts another text in the place of: `${input:key}`, `$HOME`, `%APPDATA%`, `{{key}}`. */
const FILLED_IN = /\$\{?\w|%\w+%|\{\{/;

/**
 * What can be told of a server for wrapping it. Undefined where a part of its entry has no counterpart: texts that its
 * client fills in, a folder to run in, a file of variables, a secret in its address, the older HTTP transport (SSE).
 *
 * @param secrets every secret that stands in the entry
 */
export function wrapDraft(
  file: FoundFile,
  entry: ServerEntry,
  secrets: readonly PlainSecret[],
  platform: NodeJS.Platform,
): WrapDraft | undefined {
  if (entry.disabled || entry.cwd || entry.envFile || entry.transport === 'sse') return undefined;
  if (entry.others.some((text) => !MEANS_NOTHING.test(text.name) && !isEverything(text))) return undefined;
  // What runs at GitHub finds no gateway of this machine.
  if (file.file.client === 'copilot' && file.file.format === 'markdown') return undefined;
  // VS Code's entry goes, and with it what it says; another client's new entry keeps it.
  if (file.file.client === 'vscode' && Object.keys(entry.settings).length > 0) return undefined;
  if ((entry.command === undefined) === (entry.url === undefined)) return undefined;
  const isSecret = (text: Located): boolean => secrets.some((secret) => secret.text.span.start === text.span.start);
  const shown = [...(entry.command ? [entry.command] : []), ...(entry.url ? [entry.url] : []), ...entry.args];
  const own = ownVariable(entry);
  if (shown.some((text) => !isSecret(text) && FILLED_IN.test(own(text)))) return undefined;
  // A whole command line in one text: some clients give it to a shell.
  if (entry.command && /\s/.test(entry.command.value) && !/[\\/]/.test(entry.command.value)) return undefined;
  if (entry.args.some(({ pointer }) => pointer.endsWith('/args'))) return undefined;
  const named = entry.command ? entry.env : entry.headers;
  const other = entry.command ? entry.headers : entry.env;
  const known = new Set([...named, ...(entry.command ? entry.args : [])].map(({ span }) => span.start));
  if (other.length > 0 || secrets.some(({ text }) => !known.has(text.span.start))) return undefined;
  const variables = named.map((variable) => variableOf(variable, secrets));
  if (!variables.every((variable) => variable !== undefined)) return undefined;
  if (entry.url) {
    const needed = neededNetwork(entry.url.value);
    if (entry.args.length > 0 || 'problem' in needed) return undefined;
    return { file, entry, run: { by: 'url', url: entry.url.value, ...needed }, variables, loose: [], arrange: same };
  }
  const line = wrapCommand(entry, secrets, platform);
  if (!line || line.variables.some((variable) => isTakenOrUnusable(variable, variables))) return undefined;
  return {
    file,
    entry,
    run: { by: 'command', command: line.command, args: line.args },
    variables: [...variables, ...line.variables],
    loose: looseOf(entry),
    arrange: line.arrange,
  };
}

/**
 * A text without the references that no client fills in: mcp-remote takes them from the variables of its own entry, in
 * headers (https://www.npmjs.com/package/mcp-remote), where its name stands in the command line.
 */
function ownVariable({ args, env }: ServerEntry): (text: Located) => string {
  const isRemote = args.some(({ value }) => /(?:^|\/)mcp-remote(?:@|$)/.test(value));
  return ({ value, pointer }) => {
    const at = args.findIndex((arg) => arg.pointer === pointer);
    if (!isRemote || args[at - 1]?.value !== '--header') return value;
    return value.replaceAll(/\$\{(\w{1,100})\}/g, (whole, name) => (env.some((one) => one.name === name) ? '' : whole));
  };
}

/** Copilot CLI's way to say that nothing is held back, which its new entry says as well. */
function isEverything({ name, value }: Located & { readonly name: string }): boolean {
  return name === 'tools' && value === '*';
}

function same(program: Program): Program {
  return program;
}

function isTakenOrUnusable(variable: DraftVariable, others: readonly DraftVariable[]): boolean {
  return ('value' in variable && !isUsable(variable.value)) || others.some(({ name }) => name === variable.name);
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
    const span = { start: spec.offset, end: spec.offset + spec.value.length };
    return [{ name: masked(name), ecosystem, at, span, withVersion }];
  });
}

/** The drafts of all servers whose secrets these are, by `serverKeyOf`; each is made when it is asked for. */
export function* wrapDrafts(
  secrets: readonly PlainSecret[],
  platform: NodeJS.Platform,
): Generator<readonly [key: string, draft: WrapDraft | undefined]> {
  for (const own of groupBy(secrets, (secret) => serverKeyOf(secret) ?? '')) {
    const [first] = own;
    if (first?.server) yield [first.server.key, wrapDraft(first.file, first.server.entry, own, platform)];
  }
}
