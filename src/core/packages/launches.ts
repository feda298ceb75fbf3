import type { ServerEntry } from '../checkup/model/checkupModel.ts';
import { denoPackages } from './denoModules.ts';
import { flakePackages, NIX } from './flakes.ts';
import { containerRun, imagePackages } from './images.ts';
import { npmPackage, npmRunnerPackages } from './npmPackages.ts';
import { type OptionStyle, readOptions } from './options.ts';
import { isUnknown, type PackageUse } from './packageUse.ts';
import { pipPackages, pipxPackages, uvRunPackages, uvxPackages } from './pythonPackages.ts';
import { fetchedScripts } from './scripts.ts';
import { commandLine, programName, shellCommands, type Word } from './words.ts';
import { handedOn, isWrapper, wrappedCommand } from './wrappers.ts';

/** How deep wrappers may stand inside each other: `cmd /c sh -c "env A=b npx …"`. */
const MAX_WRAPPERS = 6;

const SHELLS = new Set(['sh', 'bash', 'zsh', 'dash', 'ash', 'fish', 'ksh']);
const POWERSHELLS = new Set(['powershell', 'pwsh']);

/** Containers are started the same way by all of these. */
const CONTAINER_RUNTIMES = new Set(['docker', 'podman', 'nerdctl', 'finch']);

/** One program that a server's command line comes down to, wrappers taken off. */
export interface Launch {
  readonly program: string;
  readonly args: readonly Word[];
  /** `NAME=value` words before it. */
  readonly assignments: readonly Word[];
}

/** The programs that a server's command line starts, as far as they can be told without running anything. */
export function launchesOf(server: ServerEntry): Launch[] {
  return unwrap(commandLine(server), MAX_WRAPPERS);
}

function unwrap(words: readonly Word[], depth: number): Launch[] {
  const assigned = words.findIndex(({ value }) => !/^[A-Za-z_]\w*=/.test(value));
  const [command, ...args] = assigned === -1 ? [] : words.slice(assigned);
  if (!command || depth === 0) return [];
  const assignments = words.slice(0, Math.max(assigned, 0));
  const inner = (next: readonly Word[]): Launch[] =>
    unwrap(next, depth - 1).map((launch) => ({ ...launch, assignments: [...assignments, ...launch.assignments] }));
  const program = programName(command.value);

  if (SHELLS.has(program)) return scriptOf(args, /^-[a-z]*c$/).flatMap(inner);
  if (POWERSHELLS.has(program)) return scriptOf(args, /^-c(?:ommand)?$/i).flatMap(inner);
  if (program === 'cmd') return scriptOf(args, /^\/[ck]$/i).flatMap(inner);
  const wrapped = wrappedCommand(program, args, isRunner);
  if (wrapped) return inner(wrapped);
  // A whole command line in one text; a path with blanks in it names a known program at its end.
  if (/\s/.test(command.value.trim()) && !isRunner(program)) {
    const [first, ...others] = shellCommands(command);
    if (first && isRunner(programName(first[0]?.value ?? ''))) {
      return [[...first, ...(others.length === 0 ? args : [])], ...others].flatMap(inner);
    }
  }
  return [{ program, args, assignments }, ...handedOn(args, isRunner).flatMap(inner)];
}

function isRunner(program: string): boolean {
  return (
    RUNNERS.has(program) ||
    CONTAINER_RUNTIMES.has(program) ||
    SHELLS.has(program) ||
    POWERSHELLS.has(program) ||
    program === 'cmd' ||
    isWrapper(program)
  );
}

/** The commands behind a shell's `-c`: one text, or, for cmd and PowerShell, all the words after it. */
function scriptOf(args: readonly Word[], option: RegExp): Word[][] {
  const at = args.findIndex(({ value }) => option.test(value));
  if (at === -1) return [];
  const [script, ...more] = args.slice(at + 1);
  if (!script) return [];
  const commands = shellCommands(script);
  // `cmd /c npx -y server`: the words are separate already.
  if (commands.length === 1 && commands[0]?.length === 1) return [[...commands[0], ...more]];
  return commands;
}

type Fetches = (args: readonly Word[]) => PackageUse[];

/** Takes the words after a verb, if that is the verb: `pnpm dlx server`. */
function after(verbs: readonly string[], fetches: Fetches, style: OptionStyle = { withValue: new Set() }): Fetches {
  return (args) => {
    const { given, rest } = readOptions(args, style);
    if (!verbs.includes(rest[0]?.value ?? '')) return [];
    // `pnpm --package=server dlx bin`: options count before the verb, too.
    const before = given.flatMap(({ option, value }) => (value ? [{ ...value, value: option }, value] : []));
    return fetches([...before, ...rest.slice(1)]);
  };
}

const DIRECTORY: OptionStyle = {
  withValue: new Set([
    '-C',
    '--dir',
    '--cwd',
    '--prefix',
    '--directory',
    '--project',
    '--package',
    '--filter',
    '-F',
    '--config-file',
    '--cache-dir',
  ]),
};

function firstOf(...all: readonly Fetches[]): Fetches {
  return (args) => {
    for (const fetches of all) {
      const found = fetches(args);
      if (found.length > 0) return found;
    }
    return [];
  };
}

const RUNNERS: ReadonlyMap<string, Fetches> = new Map<string, Fetches>([
  ['npx', npmRunnerPackages],
  ['pnpx', npmRunnerPackages],
  ['bunx', npmRunnerPackages],
  ['npm', firstOf(after(['exec', 'x'], npmRunnerPackages, DIRECTORY), after(['install', 'i', 'add'], npmInstalled))],
  ['pnpm', after(['dlx'], npmRunnerPackages, DIRECTORY)],
  ['yarn', after(['dlx'], npmRunnerPackages, DIRECTORY)],
  ['bun', after(['x'], npmRunnerPackages, DIRECTORY)],
  ['uvx', uvxPackages],
  [
    'uv',
    firstOf(
      after(['tool'], after(['run'], uvxPackages), DIRECTORY),
      after(['x'], uvxPackages, DIRECTORY),
      after(['run'], uvRunPackages, DIRECTORY),
      after(['pip'], after(['install'], pipPackages), DIRECTORY),
      after(['tool'], after(['install'], uvxPackages), DIRECTORY),
    ),
  ],
  ['pipx', after(['run'], pipxPackages)],
  ['pip', after(['install'], pipPackages)],
  ['pip3', after(['install'], pipPackages)],
  ['deno', firstOf(after(['run', 'x', 'serve'], denoPackages), denoPackages)],
  ['dx', denoPackages],
  ['dnx', nugetPackages],
  ['dotnet', after(['tool'], after(['exec'], nugetPackages))],
  ['go', after(['run'], goPackages)],
  ['nix', after(['run', 'shell', 'develop'], flakePackages, NIX)],
]);

/** The third-party code that starting a server fetches. */
export function packagesOf(server: ServerEntry): PackageUse[] {
  return [...launchesOf(server).flatMap(packagesOfLaunch), ...commandLine(server).flatMap(fetchedScripts)];
}

function packagesOfLaunch({ program, args }: Launch): PackageUse[] {
  if (CONTAINER_RUNTIMES.has(program)) {
    const run = containerRun(args);
    return run ? imagePackages(run.words) : [];
  }
  if (/^(?:python|py)[\d.]*$/.test(program)) {
    return args[0]?.value === '-m' && /^(?:pip|pipx|uv)$/.test(args[1]?.value ?? '')
      ? (RUNNERS.get(args[1]?.value ?? '')?.(args.slice(2)) ?? [])
      : [];
  }
  return RUNNERS.get(program)?.(args) ?? [];
}

/** What `npm install` fetches, wherever its options stand. */
function npmInstalled(words: readonly Word[]): PackageUse[] {
  return words.flatMap((word) => (word.value.startsWith('-') ? [] : (npmPackage(word) ?? [])));
}

/** https://learn.microsoft.com/en-us/dotnet/core/tools/dotnet-tool-exec */
function nugetPackages(args: readonly Word[]): PackageUse[] {
  const { given, rest } = readOptions(args, {
    withValue: new Set(['--version', '--source', '--add-source', '--configfile', '--verbosity', '-v']),
  });
  const spec = rest[0];
  if (!spec || isUnknown(spec.value)) return [];
  const at = spec.value.indexOf('@');
  const name = at === -1 ? spec.value : spec.value.slice(0, at);
  // dnx takes its options after the name, too.
  const all = [...given, ...readOptions(rest.slice(1), { withValue: new Set(['--version']) }).given];
  const version =
    at === -1 ? (all.find(({ option }) => option === '--version')?.value?.value ?? '') : spec.value.slice(at + 1);
  const pinned = /^\d+\.\d+\.\d+(?:[.-][\w.-]+)?$/.test(version);
  return [
    {
      ecosystem: 'nuget',
      name,
      spec,
      pinned,
      ...(pinned ? {} : { looseness: version === '' ? 'no-version' : 'range' }),
      withVersion: (wanted) => `${name}@${wanted}`,
    },
  ];
}

/** https://go.dev/ref/mod#version-queries: without `@` the module's own go.mod decides. */
function goPackages(args: readonly Word[]): PackageUse[] {
  const spec = readOptions(args, { withValue: new Set(['-C', '-exec', '-mod', '-tags', '-ldflags']) }).rest[0];
  const at = spec?.value.lastIndexOf('@') ?? -1;
  if (!spec || at === -1 || isUnknown(spec.value)) return [];
  const name = spec.value.slice(0, at);
  const pinned = /^v\d+\.\d+\.\d+|^[0-9a-f]{7,40}$/.test(spec.value.slice(at + 1));
  return [
    {
      ecosystem: 'go',
      name,
      spec,
      pinned,
      ...(pinned ? {} : { looseness: 'moving-tag' }),
      withVersion: (wanted) => `${name}@${wanted}`,
    },
  ];
}
