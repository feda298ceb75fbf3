import type { ServerEntry } from '../../../core/checkup/model/checkupModel.ts';
import { Secret } from '../../../core/secret.ts';
import type { PlainSecret } from './secretPlaces.ts';

/** An argument, or its beginning, with the versions of the packages in it. */
export type Pin = (at: number, text: string) => string;

/** A plain text, or a credential with what stands before it. */
export type DraftVariable =
  | { readonly name: string; readonly text: string }
  | {
      readonly name: string;
      readonly value: Secret;
      readonly prefix: string;
      /** The same, once the packages that stand beside the secret have their versions. */
      readonly pinned?: (pin: Pin) => DraftVariable;
    };

/** A program with its arguments. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

/** A command line whose secrets come from variables. */
export interface WrapCommand extends Program {
  readonly variables: readonly DraftVariable[];
  /** What is started in the end, once packages have their versions: a shell where one has to put the variables in. */
  arrange(program: Program): Program;
}

/** Scripts of the command prompt, which no program can start but the prompt itself. */
const WINDOWS_SCRIPT = /^(?:npx|npm|pnpm|pnpx|yarn)$/i;

/** What the command prompt would take for something else than a letter. */
const PROMPT_SIGNS = /[&|<>^%!"()\r\n]/;

/**
 * The command line of a server with each secret among its arguments in a variable instead: a container's by the name that
 * `-e` passes on, a header's of mcp-remote as that fills it in, and any other by a shell. Undefined where there is no way.
 */
export function wrapCommand(
  { command, args }: ServerEntry,
  secrets: readonly PlainSecret[],
  platform: NodeJS.Platform,
): WrapCommand | undefined {
  if (!command || secrets.some(({ text }) => text.span.start === command.span.start)) return undefined;
  const words = args.map(({ value }) => value);
  const variables: DraftVariable[] = [];
  const inShell = new Map<number, string>();
  const isRemote = words.some((word) => /(?:^|\/)mcp-remote(?:@|$)/.test(word));
  const isContainer = /(?:^|[\\/])(?:docker|podman|nerdctl)(?:\.exe)?$/i.test(command.value);
  for (const [at, arg] of args.entries()) {
    const own = secrets.filter(({ text }) => text.span.start === arg.span.start);
    if (own.length === 0) continue;
    const passed = isContainer ? /^(--env=)?([A-Za-z_]\w*)=/.exec(arg.value) : null;
    const header = isRemote && words[at - 1] === '--header' ? /^([\w-]+)\s*:\s*/.exec(arg.value) : null;
    if (passed && (passed[1] !== undefined || /^(?:-e|--env)$/.test(words[at - 1] ?? ''))) {
      const [whole, option = '', name = ''] = passed;
      words[at] = option + name;
      variables.push(variableOf(name, arg.value.slice(whole.length), whole.length, own));
    } else if (header) {
      const [whole, headerName = ''] = header;
      const name = freeName(`${headerName}_HEADER`, variables);
      words[at] = `${headerName}:\${${name}}`;
      variables.push(variableOf(name, arg.value.slice(whole.length), whole.length, own));
    } else {
      const name = freeName(`SECRET_${variables.length + 1}`, variables);
      inShell.set(at, name);
      variables.push({
        ...variableOf(name, arg.value, 0, own),
        pinned: (pin) => variableOf(name, arg.value, 0, own, (text) => pin(at, text)),
      });
    }
  }
  if (inShell.size > 0 && platform === 'win32') return undefined;
  const isScript = platform === 'win32' && WINDOWS_SCRIPT.test(command.value);
  if (isScript && words.some((word) => PROMPT_SIGNS.test(word))) return undefined;
  const arrange = (program: Program): Program => {
    if (isScript) return { command: 'cmd', args: ['/c', program.command, ...program.args] };
    if (inShell.size === 0) return program;
    const line = program.args.map((word, at) => {
      const name = inShell.get(at);
      return name === undefined ? quoted(word) : `"$${name}"`;
    });
    return { command: 'sh', args: ['-c', ['exec', quoted(program.command), ...line].join(' ')] };
  };
  return { command: command.value, args: words.map((word, at) => (inShell.has(at) ? '' : word)), variables, arrange };
}

/** A secret at the end keeps what stands before it in sight, such as `Bearer `; else the whole text is kept secret. */
function variableOf(
  name: string,
  text: string,
  offset: number,
  own: readonly PlainSecret[],
  pin = (unpinned: string): string => unpinned,
): DraftVariable {
  const [only] = own;
  const within = own.length === 1 ? only?.shown.finding.secret?.within : undefined;
  const before = within && within.end === offset + text.length ? text.slice(0, within.start - offset) : undefined;
  const [prefix, whole] = [before === undefined ? undefined : pin(before), pin(text)];
  // A package whose name the secret is a part of is pinned behind it.
  return only && prefix !== undefined && whole.length === prefix.length + only.value.length
    ? { name, value: only.value, prefix }
    : { name, value: new Secret(whole), prefix: '' };
}

function freeName(wanted: string, taken: readonly DraftVariable[]): string {
  const base = wanted.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
  const used = (name: string): boolean => taken.some((variable) => variable.name === name);
  return used(base) ? `${base}_${taken.length + 1}` : base;
}

/** A word as a shell takes it, whatever is in it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
