import { type OptionStyle, readOptions } from './options.ts';
import { programName, shellCommands, type Word } from './words.ts';

/** How a program says which other program it runs. */
interface Wrapper {
  /** One of these comes first: `run` of `op run`. Several words for a verb of several, `compose exec`. */
  readonly verbs?: readonly string[];
  /** Its options that take the next word. */
  readonly withValue?: readonly string[];
  /** Words before the command: the pod of `kubectl exec`, the seconds of `timeout`. */
  readonly skip?: number;
}

const VERSION_MANAGER: Wrapper = { verbs: ['exec', 'x', 'run'] };
const ENVIRONMENT: Wrapper = {
  verbs: ['run', 'exec'],
  withValue: ['-n', '-p', '--name', '--prefix', '--env', '--environment', '-e'],
};
const SECRETS: Wrapper = {
  verbs: ['run', 'exec'],
  withValue: [
    '--env-file',
    '--env',
    '-e',
    '-f',
    '-c',
    '-p',
    '--project',
    '--config',
    '--scope',
    '--path',
    '--account',
    '--profile',
  ],
};
const CONTAINER: Wrapper = {
  verbs: ['exec', 'compose exec', 'compose run'],
  withValue: [
    '-e',
    '--env',
    '--env-file',
    '-u',
    '--user',
    '-w',
    '--workdir',
    '--detach-keys',
    '--index',
    '-f',
    '--file',
    '-p',
  ],
  skip: 1,
};

/** Programs that run the words after their options. */
const WRAPPERS: ReadonlyMap<string, Wrapper> = new Map<string, Wrapper>([
  ['env', { withValue: ['-u', '--unset', '-C', '--chdir', '-S'] }],
  ['sudo', { withValue: ['-u', '--user', '-g', '--group', '-C', '-D', '-h', '-p', '-r', '-t', '-T', '-U'] }],
  ['doas', { withValue: ['-u', '-C'] }],
  ['runuser', { withValue: ['-u', '-g'] }],
  ['gosu', { skip: 1 }],
  ['su-exec', { skip: 1 }],
  ['nohup', {}],
  ['setsid', {}],
  ['nice', { withValue: ['-n', '--adjustment'] }],
  ['ionice', { withValue: ['-c', '-n', '-p'] }],
  ['time', {}],
  ['timeout', { withValue: ['-k', '--kill-after', '-s', '--signal'], skip: 1 }],
  ['stdbuf', { withValue: ['-i', '-o', '-e'] }],
  ['unbuffer', {}],
  ['caffeinate', { withValue: ['-t', '-w'] }],
  ['arch', {}],
  ['winpty', {}],
  ['dumb-init', { withValue: ['-r'] }],
  ['tini', { withValue: ['-p', '-e'] }],
  ['xvfb-run', { withValue: ['-s', '-n', '-e', '-f', '-p', '-w', '--server-args', '--server-num'] }],
  ['firejail', {}],
  ['bwrap', {}],
  ['sandbox-exec', { withValue: ['-f', '-n', '-p', '-D'] }],
  [
    'devcontainer',
    { verbs: ['exec'], withValue: ['--workspace-folder', '--config', '--container-id', '--remote-env'] },
  ],
  [
    'systemd-run',
    { withValue: ['-p', '--property', '-u', '--unit', '--slice', '-E', '--setenv', '--working-directory'] },
  ],
  ['flock', { withValue: ['-w', '--timeout', '-E'], skip: 1 }],
  ['cross-env', {}],
  ['wsl', { withValue: ['-d', '--distribution', '-u', '--user', '--cd', '--shell-type'] }],
  ['command', {}],
  ['exec', {}],
  ['corepack', {}],
  ...['mise', 'rtx', 'asdf', 'volta', 'fnm', 'nodenv', 'pyenv', 'rbenv', 'proto', 'pixi'].map(
    (name): [string, Wrapper] => [name, VERSION_MANAGER],
  ),
  ['nvm', { verbs: ['exec', 'run'], skip: 1 }],
  ['direnv', { verbs: ['exec'], skip: 1 }],
  ...[
    'hatch',
    'poetry',
    'pipenv',
    'pdm',
    'rye',
    'conda',
    'mamba',
    'micromamba',
    'devbox',
    'railway',
    'heroku',
    'toolbox',
  ].map((name): [string, Wrapper] => [name, ENVIRONMENT]),
  ['bundle', { verbs: ['exec'] }],
  ...[
    'op',
    'doppler',
    'infisical',
    'bws',
    'dotenvx',
    'dotenv',
    'teller',
    'fnox',
    'varlock',
    'berglas',
    'phase',
    'akeyless',
    'chamber',
    'aws-vault',
  ].map((name): [string, Wrapper] => [name, SECRETS]),
  ['sops', { verbs: ['exec-env', 'exec-file'], skip: 1 }],
  ['envchain', { skip: 1 }],
  ['vault-env', {}],
  ['summon', { withValue: ['-p', '-f', '-e', '-D', '--provider'] }],
  ...['docker', 'podman', 'nerdctl', 'finch'].map((name): [string, Wrapper] => [name, CONTAINER]),
  ['docker-compose', { ...CONTAINER, verbs: ['exec', 'run'] }],
  [
    'kubectl',
    { verbs: ['exec'], withValue: ['-n', '--namespace', '-c', '--container', '--context', '--kubeconfig'], skip: 1 },
  ],
  ['lxc', { verbs: ['exec'], skip: 1 }],
  ['distrobox', { verbs: ['enter'], withValue: ['-n', '--name'] }],
  ['flatpak-spawn', {}],
  ['ssh', { withValue: ['-p', '-i', '-l', '-o', '-F', '-J', '-L', '-R', '-D'], skip: 1 }],
]);

/** Options whose value is a command line of its own. */
const COMMAND_OPTION = /^(?:-c|--?(?:stdio|exec|run|cmd|command|call|server-command))$/;

/** Whether a program may run another one. */
export function isWrapper(program: string): boolean {
  return WRAPPERS.has(program);
}

/** The command line that a wrapper runs; undefined for a program that is none, or does something else this time. */
export function wrappedCommand(
  program: string,
  args: readonly Word[],
  isRunner: (program: string) => boolean,
): readonly Word[] | undefined {
  const script = firstScript(program, args);
  if (script) return script;
  const wrapper = WRAPPERS.get(program);
  if (!wrapper) return undefined;
  const style: OptionStyle = { withValue: new Set(wrapper.withValue ?? []) };
  const { rest } = readOptions(args, style);
  const behind = wrapper.verbs ? afterVerb(rest, wrapper.verbs) : rest;
  // `dotenv -e .env -- npx server` of Node, `dotenv run …` of Python.
  if (!behind) return program === 'dotenv' ? runnerIn(rest, isRunner) : undefined;
  const dashes = behind.findIndex(({ value }) => value === '--');
  if (dashes !== -1) return behind.slice(dashes + 1);
  const command = readOptions(behind, style).rest.slice(wrapper.skip ?? 0);
  // An option that is not known may have taken a word; a program that is known stands for itself.
  return runnerIn(command, isRunner) ?? command;
}

/** `node /usr/lib/node_modules/npm/bin/npx-cli.js server`: the package runners that are scripts of JavaScript. */
function firstScript(program: string, args: readonly Word[]): readonly Word[] | undefined {
  if (!/^(?:node|bun|deno)$/.test(program)) return undefined;
  const at = args.findIndex(({ value }) => !value.startsWith('-'));
  const word = args[at];
  const name = /^(npx|npm|yarn|pnpm)(?:-cli)?\.[cm]?js$/.exec(programName(word?.value ?? ''))?.[1];
  return word && name !== undefined ? [{ ...word, value: name }, ...args.slice(at + 1)] : undefined;
}

/**
 * The command lines that any program runs beside its own work, as bridges do: behind `--`, or as the value of an option such as
 * `--stdio "npx server"`. Only where a program stands there that fetches others or wraps them.
 */
export function handedOn(args: readonly Word[], isRunner: (program: string) => boolean): readonly (readonly Word[])[] {
  const dashes = args.findIndex(({ value }) => value === '--');
  const option = args.findIndex(({ value }) => COMMAND_OPTION.test(value));
  const value = option === -1 ? undefined : args[option + 1];
  const lines = [
    ...(dashes === -1 ? [] : [args.slice(dashes + 1)]),
    // One text, or the words from here on: `nix shell … -c npx server`.
    ...(value && /\s/.test(value.value) ? shellCommands(value) : value ? [args.slice(option + 1)] : []),
  ];
  return lines.filter(([first]) => first && isRunner(programName(first.value)));
}

function afterVerb(words: readonly Word[], verbs: readonly string[]): readonly Word[] | undefined {
  for (const verb of verbs) {
    const steps = verb.split(' ');
    if (steps.every((step, index) => words[index]?.value === step)) return words.slice(steps.length);
  }
  return undefined;
}

function runnerIn(words: readonly Word[], isRunner: (program: string) => boolean): readonly Word[] | undefined {
  const at = words.findIndex(({ value }) => isRunner(programName(value)));
  return at === -1 ? undefined : words.slice(at);
}
