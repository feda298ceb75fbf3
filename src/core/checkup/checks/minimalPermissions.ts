import { containerRun, runOptions } from '../../packages/images.ts';
import { launchesOf } from '../../packages/launches.ts';
import type { Word } from '../../packages/words.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';
import { findingIn, stateFinding } from '../findings/finding.ts';
import type { Finding, Located, ReadConfig, SecretPlace, ServerEntry } from '../model/checkupModel.ts';
import type { OwnContext } from '../model/context.ts';
import { wordsOfName } from '../secrets/names.ts';
import type { SecretUse } from '../secrets/secretUses.ts';
import { writes } from './toolVerbs.ts';

const CONTAINERS = /^(?:docker|podman|nerdctl|finch)$/;
const SOCKET = /docker\.sock|podman\.sock|docker_engine|containerd\.sock/;
/** `/`, a drive, a home folder, or `~`: nothing narrower than everything of a user. */
const WHOLE =
  /^(?:\/|[a-z]:[\\/]?|~[\\/]?|\$\{?HOME\}?[\\/]?|\$\{(?:userHome|env:HOME|env:USERPROFILE)\}[\\/]?|%USERPROFILE%[\\/]?|\/(?:home|Users)(?:\/[^/]+)?\/?|\/root\/?|[a-z]:[\\/]Users(?:[\\/][^\\/]+)?[\\/]?|\/(?:etc|var|usr|opt|mnt|Volumes)\/?)$/i;
const ALLOW_ALL =
  /^--?(?:allow-all|allow-all-tools|allow-all-paths|dangerously-[\w-]+|yolo|unrestricted|no-sandbox|disable-sandbox|full-access|enable-write|allow-write|allow-dangerous[\w-]*)$/i;
/** `--toolsets all`, `GITHUB_TOOLSETS=*`, `--sandbox danger-full-access`. */
const RIGHTS = new Set(
  'tools toolset toolsets access permission permissions sandbox scope scopes capabilities allowed'.split(' '),
);
const ALL =
  /^(?:all|\*|any|everything|unrestricted|full(?:-?access)?|bypass(?:-?permissions)?|danger[\w-]{0,30}|yolo)$/i;
/** Of any `…-mode`: what `all` means there is not known. */
const UNRESTRICTED = /^(?:unrestricted|full-?access|bypass(?:-?permissions)?|danger[\w-]{0,30}|yolo)$/i;

interface Trait {
  readonly text: Located;
  readonly severity: Finding['severity'];
  readonly code: string;
  readonly message: Phrase;
  readonly secret?: SecretPlace;
}

/** Check 2: each server may do what it needs, and no more. */
export function checkMinimalPermissions(read: ReadConfig, server: ServerEntry, uses: readonly SecretUse[]): Finding[] {
  const traits = [
    ...launchTraits(server),
    ...argumentTraits(server),
    ...variableTraits(server),
    ...writeTraits(server),
    ...approvalTraits(server),
    ...tokenTraits(uses),
  ];
  return traits.map(({ text, ...trait }) =>
    findingIn(read, 2, { ...trait, span: text.span, server: server.name, key: text.pointer }),
  );
}

/** Rules of Valet Key's own that let an agent write anywhere. */
export function checkOwnRules({ rules = [] }: OwnContext): Finding[] {
  return rules
    .filter(
      ({ pattern, methods }) =>
        pattern.text === '/**' && methods.some((method) => !/^(?:GET|HEAD|OPTIONS)$/.test(method)),
    )
    .map(({ service, place }) =>
      stateFinding(place, 2, {
        severity: 'warning',
        code: 'broad-policy-rule',
        message: phrase`A rule of ${service} allows writes on every path. List only the paths that the agent needs.`,
      }),
    );
}

function launchTraits(server: ServerEntry): Trait[] {
  return launchesOf(server).flatMap(({ program, args }) => {
    if (CONTAINERS.test(program)) return containerTraits(args);
    if (program === 'deno') return denoTraits(args);
    return [];
  });
}

function containerTraits(args: readonly Word[]): Trait[] {
  const run = containerRun(args);
  if (!run) return [];
  return runOptions(run.words).given.flatMap(({ option, value }): Trait[] => {
    const at = value?.at;
    const text = value?.value ?? '';
    if (option === '--privileged') {
      const word = run.words.find((one) => /^--privileged(?:=(?!false|0).*)?$/i.test(one.value));
      return word ? [{ text: word.at, ...PRIVILEGED }] : [];
    }
    if (!at) return [];
    if (SOCKET.test(text)) return [{ text: at, ...DOCKER_SOCKET }];
    if (CAPABILITY_OPTION.test(option) && /^(?:all|sys_admin|cap_sys_admin)$/i.test(text)) {
      return [{ text: at, ...PRIVILEGED }];
    }
    if (SHARING_OPTION.test(option) && text === 'host') return [{ text: at, ...SHARES_HOST }];
    if (option === '--security-opt' && /^(?:seccomp|apparmor)[=:]unconfined$|^label[=:]disable$/.test(text)) {
      return [{ text: at, ...SHARES_HOST }];
    }
    const source =
      option === '--mount' ? /(?:^|,)(?:src|source)=([^,]*)/.exec(text)?.[1] : /^((?:[a-z]:)?[^:]*):/i.exec(text)?.[1];
    const mounts = option === '-v' || option === '--volume' || option === '--mount';
    if (!mounts || source === undefined) return [];
    if (WHOLE.test(source)) return [{ text: at, ...BROAD_MOUNT }];
    return CREDENTIALS.test(source) ? [{ text: at, ...CREDENTIALS_MOUNT }] : [];
  });
}

/** Where SSH, clouds and other programs keep what they sign in with, in a home folder or anywhere. */
const CREDENTIALS =
  /(?:^|[\\/])(?:\.(?:ssh|aws|azure|kube|gnupg|docker|oci|password-store|terraform\.d)|\.config[\\/](?:gcloud|gh|op)|gcloud|\.(?:netrc|npmrc|pypirc|git-credentials|pgpass))(?:[\\/]|$)/i;

const CREDENTIALS_MOUNT = {
  severity: 'warning',
  code: 'credentials-mount',
  message: phrase`The container gets files with credentials of yours, so its code can use every one of them. Pass it only the credential that it needs.`,
} as const;

const PRIVILEGED = {
  severity: 'error',
  code: 'privileged-container',
  message: phrase`The container is privileged: its code can do anything on this machine. Remove this and list the capabilities it needs.`,
} as const;

const CAPABILITY_OPTION = /^--cap-add$/;
const SHARING_OPTION = /^--(?:network|net|pid|ipc|uts|userns|cgroupns)$/;

const SHARES_HOST = {
  severity: 'warning',
  code: 'shares-host',
  message: phrase`The container shares a part of this machine that containers are kept apart from, such as its network with every service on localhost. Remove this, and publish the ports that it needs.`,
} as const;

const DOCKER_SOCKET = {
  severity: 'error',
  code: 'docker-socket',
  message: phrase`The container gets the Docker socket, and with it control of this whole machine. Remove the mount, or put a proxy in front of it that passes only reads.`,
} as const;

const BROAD_MOUNT = {
  severity: 'warning',
  code: 'broad-mount',
  message: phrase`The container gets a whole disk or home folder, including keys and browser profiles. Mount only the folder that it needs, read-only if possible.`,
} as const;

function denoTraits(args: readonly Word[]): Trait[] {
  return args
    .filter(({ value }) => /^(?:-A|--allow-all|--allow-(?:run|env|read|write|sys|ffi))$/.test(value))
    .map(({ at }) => ({
      text: at,
      severity: 'warning' as const,
      code: 'allow-all',
      message: phrase`Deno gives the server this permission without limits. List what it needs, such as --allow-net=api.example.com.`,
    }));
}

function argumentTraits({ args }: ServerEntry): Trait[] {
  const filesystem = args.some(({ value }) =>
    /(?:server-filesystem|mcp-server-filesystem|filesystem-mcp)(?:@|$)/.test(value),
  );
  return args.flatMap((text, index): Trait[] => {
    if (filesystem && WHOLE.test(text.value)) {
      return [
        {
          text,
          severity: 'warning',
          code: 'broad-filesystem',
          message: phrase`The file server can read and write a whole disk or home folder, including keys. Give it the project folder instead.`,
        },
      ];
    }
    const next = args[index + 1]?.value ?? '';
    const [name = '', value = next.startsWith('-') ? '' : next] = text.value.startsWith('-')
      ? text.value.split('=', 2)
      : [];
    if (!ALLOW_ALL.test(text.value) && !givesAll(name, value)) return [];
    return [
      {
        text,
        severity: 'warning',
        code: 'allow-all',
        message: phrase`This option gives the server every permission it can have. List the tools or paths that you use, and leave writes off where reads are enough.`,
      },
    ];
  });
}

/** Whether a name of rights, such as `--toolsets`, is given them all. */
function givesAll(name: string, value: string): boolean {
  const words = wordsOfName(name);
  const mode = words.at(-1) === 'mode';
  const last = words.at(mode ? -2 : -1) ?? '';
  return RIGHTS.has(last) ? ALL.test(value) : mode && UNRESTRICTED.test(value);
}

/** Variables that are what `--allow-all` and `--yolo` are. */
const GIVES_ALL =
  /(?:^|_)(?:ALLOW_(?:ALL|DANGEROUS)(?:_[A-Z]{1,20}){0,3}|ENABLE_ALL_TOOLS|AUTO_APPROVE(?:_ALL)?|SKIP_PERMISSIONS|YOLO(?:_MODE)?|UNRESTRICTED)$/;
const IS_ON = /^(?:1|true|yes|on)$/i;

/** Variables that let a server write, by their words: `ALLOW_WRITE`, `ENABLE_WRITE_OPERATIONS`. */
const LETS_WRITE =
  /(?:^|_)(?:ALLOW|ENABLE)_(?:WRITES?|MUTATIONS?|DELETES?|INSERT|UPDATE|DDL|DESTRUCTIVE|MODIFY)(?:_(?:OPERATIONS?|TOOLS?|ACCESS|MODE|QUERIES|OPERATION))?$|(?:^|_)(?:WRITES?|MUTATIONS?|DELETES?)(?:_(?:OPERATIONS?|TOOLS?|ACCESS|MODE))?_(?:ENABLED|ALLOWED)$|(?:^|_)WRITE_MODE$/i;
/** And those that keep it from it. */
const KEEPS_FROM_WRITING =
  /(?:^|_)(?:READ_?ONLY(?:_MODE)?|(?:DISABLE|DENY|BLOCK|NO)_(?:WRITES?|MUTATIONS?|DELETES?)(?:_(?:OPERATIONS?|TOOLS?))?)$/i;
const IS_OFF = /^(?:0|false|no|off)$/i;

function letsWrite(name: string, value: string): boolean {
  return (LETS_WRITE.test(name) && IS_ON.test(value)) || (KEEPS_FROM_WRITING.test(name) && IS_OFF.test(value));
}

function writeTraits({ env }: ServerEntry): Trait[] {
  return env
    .filter(({ name, value }) => letsWrite(name, value.trim()))
    .map((text) => ({
      text,
      severity: 'warning' as const,
      code: 'allow-write',
      message: phrase`This variable lets the server write, so an agent can be talked into changing or deleting what it reaches. Leave writes off where reads are enough.`,
    }));
}

function variableTraits({ env }: ServerEntry): Trait[] {
  return env
    .filter(({ name, value }) => givesAll(name, value.trim()) || (GIVES_ALL.test(name) && IS_ON.test(value.trim())))
    .map((text) => ({
      text,
      severity: 'warning' as const,
      code: 'allow-all',
      message: phrase`This variable gives the server every permission it can have. List the tools or paths that you use, and leave writes off where reads are enough.`,
    }));
}

function approvalTraits({ autoApproved = [] }: ServerEntry): Trait[] {
  return autoApproved
    .filter(({ value }) => value === '*' || writes(value))
    .map((text) => ({
      text,
      severity: 'warning' as const,
      code: 'auto-approved',
      message: phrase`The client runs these tools without asking you. Remove every tool that writes from the list, and never list everything.`,
    }));
}

function tokenTraits(uses: readonly SecretUse[]): Trait[] {
  return uses
    .filter(({ value }) => /^gh[po]_/.test(value))
    .map(({ text, place }) => ({
      text,
      secret: place,
      severity: 'information' as const,
      code: 'broad-token',
      message: phrase`A classic GitHub token reaches every repository that you can access. Use a fine-grained token for the repositories and permissions that the server needs.`,
    }));
}
