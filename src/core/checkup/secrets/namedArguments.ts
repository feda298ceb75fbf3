import type { Located, ServerEntry } from '../model/checkupModel.ts';

/** An argument with the option that it is the value of; `from` where its value begins, if the option is glued to it. */
export interface NamedArgument {
  readonly text: Located;
  /** Empty when it is no value. */
  readonly name: string;
  readonly from: number;
}

const HEADER_OPTION = /^(?:-H|--?(?:http-)?headers?)$/;
/** `--env NAME VALUE`, as mcp-proxy takes it. */
const VARIABLE_OPTION = /^(?:-e|--env)$/;

/** The options behind which programs take a password, where their letter means another thing elsewhere. */
const PASSWORD_OPTIONS: readonly (readonly [program: RegExp, option: RegExp])[] = [
  [/^(?:sqlcmd|osql|bcp|isql|tsql)$/, /^-P$/],
  [
    /^(?:mongo|mongosh|mongodump|mongorestore|mongoexport|mongoimport|cqlsh|sshpass|rabbitmqadmin|cypher-shell)$/,
    /^-p$/,
  ],
  [/^(?:redis-cli|valkey-cli)$/, /^-a$/],
  [/^ldap(?:search|modify|add|delete|passwd|whoami)$/, /^-w$/],
  [/^(?:plink|pscp|psftp)$/, /^-pw$/],
];
/** And those behind which they take `user:password`. */
const USER_OPTIONS: readonly (readonly [program: RegExp, option: RegExp])[] = [[/^(?:https?|xhs?)$/, /^-a$/]];

/** `-pPASSWORD` of MySQL's programs, and of others where a user is named beside it. */
const GLUED = /^-p(?=[^\s=\d][^\s]{3}|\d[^\s]{0,60}[A-Za-z])(?!.*[/\\:])/;
const GLUING = /^(?:mysql|mariadb)[\w-]{0,20}$|^7z[ar]?$/;
/** A word of the option's own: `-project2`. */
const WORD = /^-[a-z]+\d*$/;
/** `-k=KEY` and `-kKEY`. */
const SHORT = /^(-[kpstux])(=?)[\w.+/=~-]{20,}$/i;
/** `--user=me:password` */
const USER_EQUALS = /^(--?(?:user|userpass|userpwd|login|auth|basic-auth|credentials?))=/;
const USER = /^(?:-u|-U|--user)(?:$|=|[^-])/;

/** The arguments of a server, each by the option before it. */
export function namedArguments({ command, args }: ServerEntry): NamedArgument[] {
  const program =
    /([^\\/]{1,60}?)(?:\.exe)?$/i.exec((command?.value ?? '').trim().slice(-100))?.[1]?.toLowerCase() ?? '';
  const named = args.some(({ value }) => USER.test(value));
  return args.map((text, index) => {
    if (GLUED.test(text.value.slice(0, 200)) && (GLUING.test(program) || (named && !WORD.test(text.value))))
      return { text, name: '--password', from: 2 };
    const user = USER_EQUALS.exec(text.value.slice(0, 100));
    if (user) return { text, name: user[1] ?? '', from: user[0].length };
    const short = SHORT.exec(text.value.slice(0, 1000));
    if (short) return { text, name: short[1] ?? '', from: 2 + (short[2] ?? '').length };
    const name = nameOf(args, index);
    const takes = (table: typeof PASSWORD_OPTIONS): boolean =>
      table.some(([who, option]) => option.test(name) && who.test(program));
    return { text, name: takes(PASSWORD_OPTIONS) ? '--password' : takes(USER_OPTIONS) ? '--user' : name, from: 0 };
  });
}

/** The option that an argument is the value of; for `--header NAME VALUE` the header, for `--env NAME VALUE` the variable. */
function nameOf(args: readonly Located[], index: number): string {
  const word = args[index]?.value ?? '';
  const before = args[index - 1]?.value ?? '';
  if (word.startsWith('-')) return '';
  if (/^--?[A-Za-z][\w.-]*$/.test(before)) return before;
  const option = args[index - 2]?.value ?? '';
  if (VARIABLE_OPTION.test(option)) return /^[A-Z][A-Z0-9_]*$/.test(before) ? before : '';
  return HEADER_OPTION.test(option) && /^[\w-]+:?$/.test(before) ? before : '';
}
