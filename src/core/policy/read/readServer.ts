import { readLimits } from '../../limits/limitsField.ts';
import { parseBaseUrl } from '../../net/baseUrl.ts';
import type { Network } from '../../net/network.ts';
import { phrase } from '../../text/phrase.ts';
import type { Span } from '../../text/span.ts';
import type { Server, ServerRun } from '../model/server.ts';
import { warnOfLocalhost } from '../text/localhostWarning.ts';
import { type Entry, type Fields, type Reader, spanOf } from '../text/reader.ts';
import { looksLikeSecret, namesSecret } from './secretText.ts';
import { type ServerLiteral, serverLiteral } from './serverLiteral.ts';
import { readTools } from './toolsField.ts';
import { unpinnedPackages } from './unpinnedPackages.ts';
import { readVariables } from './variablesField.ts';

const KEYS = ['description', 'command', 'args', 'env', 'url', 'headers', 'network', 'tools', 'limits'] as const;
const COMMAND_KEYS = ['args', 'env'] as const;
const URL_KEYS = ['headers', 'network'] as const;
const NETWORKS: readonly Network[] = ['public', 'private', 'loopback'];
const EXAMPLE = '{ command: npx, args: [-y, some-mcp-server@1.2.3], tools: { allow: [get_*] } }';
const NAME = /^[a-z][a-z0-9-]{0,62}$/;
/** The name of this product's own MCP server: another one of this name would pass for it. */
const RESERVED = 'valet-key';

const MAX_ARGS = 64;
const MAX_ARG = 4096;
const MAX_DESCRIPTION = 1000;

/**
 * Reads one entry of `servers`. Undefined when it cannot be started or connected to; what is wrong is reported. Literal
 * credentials are added to `literals`.
 */
export function readServer(reader: Reader, entry: Entry, literals: ServerLiteral[]): Server | undefined {
  const { name, key } = entry;
  if (!NAME.test(name) || name === RESERVED) {
    reader.problems.error(
      'bad-server-name',
      key,
      name === RESERVED
        ? phrase`\`${RESERVED}\` is the name of Valet Key’s own server. Choose another name.`
        : phrase`A server’s name starts with a lower-case letter and has up to 63 lower-case letters, digits and dashes.`,
    );
  }
  const fields = reader.map(entry.value, reader.at(entry), phrase`A server`, EXAMPLE);
  if (fields === undefined) return undefined;
  reader.onlyKnown(fields, KEYS, phrase`A server`, {
    arguments: 'args',
    environment: 'env',
    baseurl: 'url',
    endpoint: 'url',
    cmd: 'command',
  });
  const description = readDescription(reader, fields.get('description'));
  const run = readRun(reader, fields, key);
  const holder = fields.get(fields.get('url') === undefined ? 'env' : 'headers');
  const keep = (field: Entry): void => {
    literals.push(serverLiteral(name, field));
  };
  const kind = fields.get('url') ? 'headers' : 'env';
  const variables = holder === undefined ? [] : readVariables(reader, holder, kind, keep);
  const tools = readTools(reader, fields.get('tools'), key);
  const limits = readLimits(reader, fields.get('limits'));
  if (run === undefined) return undefined;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    run,
    variables,
    tools,
    limits,
    span: key,
    line: reader.problems.position(key.start).line,
  };
}

function readRun(reader: Reader, fields: Fields, key: Span): ServerRun | undefined {
  const [command, url] = [fields.get('command'), fields.get('url')];
  if ((command === undefined) === (url === undefined)) {
    reader.problems.error(
      'command-or-url',
      url?.key ?? key,
      phrase`A server needs either a \`command\`, which is started, or a \`url\`, which is connected to.`,
    );
    return undefined;
  }
  const misplaced = url === undefined ? URL_KEYS : COMMAND_KEYS;
  for (const name of misplaced) {
    const field = fields.get(name);
    if (field === undefined) continue;
    const owner = url === undefined ? 'url' : 'command';
    reader.problems.error(
      'command-or-url',
      field.key,
      phrase`\`${name}\` is only for a server with a \`${owner}\`. Remove it.`,
    );
  }
  return url === undefined ? readCommand(reader, fields, command) : readUrl(reader, fields, url);
}

function readCommand(reader: Reader, fields: Fields, entry: Entry | undefined): ServerRun | undefined {
  if (entry === undefined) return undefined;
  const command = reader.text(entry.value, reader.at(entry), '`command`');
  if (command === undefined) return undefined;
  // A relative path would depend on where the gateway happens to run, and a name with blanks is a shell's business.
  const absolute = /^(?:\/|[A-Za-z]:[\\/])/.test(command);
  if (command.length > MAX_ARG || command.trim() !== command || (!absolute && !/^[\w.@+-]+$/.test(command))) {
    reader.problems.error(
      'bad-command',
      reader.at(entry),
      phrase`\`command\` is one program: a name on the PATH, or an absolute path. Put its arguments into \`args\`; no shell interprets them.`,
    );
    return undefined;
  }
  const args = readArgs(reader, fields.get('args'));
  if (args === undefined) return undefined;
  const values = args.map(({ value }) => value);
  args.forEach(({ value, at }, index) => {
    const flag = values[index - 1];
    const named = flag !== undefined && /^--?[\w-]+$/.test(flag) && namesSecret(flag) && !value.startsWith('-');
    const assigned = /^--?([\w-]+)=(.+)$/.exec(value);
    const inFlag = assigned !== null && namesSecret(assigned[1] ?? '');
    if (named || inFlag || looksLikeSecret(value)) {
      reader.problems.error(
        'literal-credential',
        at,
        phrase`This argument looks like a credential. A policy file never holds one, and other processes can read arguments: use \`env\` with \`{ credential: NAME }\`, and rotate this one if the file was shared.`,
      );
    }
  });
  for (const loose of unpinnedPackages(command, args)) {
    reader.problems.warning(
      'unpinned-package',
      loose.at ?? reader.at(entry),
      phrase`${loose.name} is not pinned to an exact version, so each start may run different code from the code that was approved. Write the version, such as ${loose.example}.`,
    );
  }
  return { by: 'command', command, args: values };
}

function readArgs(
  reader: Reader,
  entry: Entry | undefined,
): readonly { readonly value: string; readonly at: Span }[] | undefined {
  if (entry === undefined) return [];
  const items = reader.list(entry, '`args`', '[-y, some-mcp-server@1.2.3]');
  if (items === undefined) return undefined;
  const args = items.map((item) => {
    const at = item === null ? reader.at(entry) : spanOf(item);
    const value = reader.text(item, at, phrase`An argument`);
    return value === undefined ? undefined : { value, at };
  });
  const whole = args.filter((arg) => arg !== undefined);
  if (whole.length < args.length) return undefined;
  if (whole.length > MAX_ARGS || whole.some(({ value }) => value.length > MAX_ARG)) {
    reader.problems.error(
      'bad-argument',
      reader.at(entry),
      phrase`\`args\` can have at most ${MAX_ARGS} strings of at most ${MAX_ARG} characters.`,
    );
    return undefined;
  }
  return whole;
}

function readUrl(reader: Reader, fields: Fields, entry: Entry): ServerRun | undefined {
  const networkEntry = fields.get('network');
  const network =
    networkEntry === undefined ? 'public' : reader.word(networkEntry, NETWORKS, 'unknown-network', '`network`');
  const text = reader.text(entry.value, reader.at(entry), '`url`');
  if (text === undefined || network === undefined) return undefined;
  const baseUrl = parseBaseUrl(text, network);
  if (baseUrl.ok) {
    warnOfLocalhost(reader.problems, reader.at(entry), baseUrl.value);
    return { by: 'url', baseUrl: baseUrl.value, network };
  }
  reader.problems.error(baseUrl.error.code, reader.at(entry), baseUrl.error.message);
  return undefined;
}

function readDescription(reader: Reader, entry: Entry | undefined): string | undefined {
  if (entry === undefined) return undefined;
  const text = reader.longText(entry.value, reader.at(entry), '`description`')?.trim();
  if (text === undefined || text.length <= MAX_DESCRIPTION) return text;
  reader.problems.error(
    'bad-description',
    reader.at(entry),
    phrase`\`description\` is longer than ${MAX_DESCRIPTION} characters. Shorten it.`,
  );
  return undefined;
}
