import { isMap } from 'yaml';
import { isReservedHeader, sameHeader } from '../../request/parts/headers.ts';
import { phrase } from '../../text/phrase.ts';
import { isHeaderName } from '../auth/authReader.ts';
import type { ServerValue, ServerVariable } from '../model/server.ts';
import type { Entry, Reader } from '../text/reader.ts';
import { looksLikeSecret, namesSecret } from './secretText.ts';

const CREDENTIAL_NAME = /^[a-z][a-z0-9-]{0,62}$/;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const HEADER_VALUE = /^[\x21-\x7e](?:[\x20-\x7e]{0,1022}[\x21-\x7e])?$/;
const MAX_VALUE = 8192;
const MAX_PREFIX = 64;

/** Variables by which a process is told to load other code or to open itself to others. */
const LOADS_CODE =
  /^(?:NODE_OPTIONS|VSCODE_INSPECTOR_OPTIONS|ELECTRON_RUN_AS_NODE|LD_PRELOAD|LD_LIBRARY_PATH|LD_AUDIT|DYLD_\w+|PYTHONSTARTUP|PYTHONINSPECT|PERL5OPT|RUBYOPT|JAVA_TOOL_OPTIONS|BASH_ENV|ENV)$/i;

/** Headers that the MCP client sets itself. */
const MCP_HEADERS = ['mcp-session-id', 'mcp-protocol-version', 'last-event-id', 'accept', 'content-type'];

/** Reads `env` or `headers` of a server. What is wrong is reported and left out; `onLiteral` gets what holds a credential. */
export function readVariables(
  reader: Reader,
  entry: Entry,
  kind: 'env' | 'headers',
  onLiteral: (field: Entry) => void,
): readonly ServerVariable[] {
  const what = `\`${kind}\``;
  const example =
    kind === 'env' ? '{ GITHUB_TOKEN: { credential: github-mcp } }' : '{ x-api-key: { credential: crm } }';
  const fields = reader.map(entry.value, reader.at(entry), what, example);
  const variables: ServerVariable[] = [];
  for (const field of fields?.entries ?? []) {
    const name = kind === 'env' ? field.name : field.name.toLowerCase();
    if (!nameFits(reader, field, name, kind)) continue;
    if (kind === 'headers' && variables.some((other) => sameHeader(other.name, name))) {
      reader.problems.error(
        'duplicate-header',
        field.key,
        phrase`This header is listed twice. Header names ignore upper and lower case.`,
      );
      continue;
    }
    const value = isMap(field.value)
      ? readCredential(reader, field, kind)
      : readLiteral(reader, field, kind, onLiteral);
    if (value !== undefined) variables.push({ name, value });
  }
  return variables;
}

function nameFits(reader: Reader, { name: written, key }: Entry, name: string, kind: 'env' | 'headers'): boolean {
  if (kind === 'env') {
    if (VARIABLE_NAME.test(written) && !LOADS_CODE.test(written)) return true;
    reader.problems.error(
      'bad-variable-name',
      key,
      LOADS_CODE.test(written)
        ? phrase`This variable makes a process load other code or accept connections from others. Remove it; put the code to run into \`args\`.`
        : phrase`The name of a variable has letters, digits and underscores, and does not start with a digit.`,
    );
    return false;
  }
  if (!isHeaderName(written)) {
    reader.problems.error('bad-header-name', key, phrase`This is not a header name. Write letters, digits and dashes.`);
    return false;
  }
  const own = MCP_HEADERS.some((header) => sameHeader(header, name));
  if (own || (!sameHeader(name, 'authorization') && isReservedHeader(name))) {
    reader.problems.error('reserved-header', key, phrase`This header is set by the gateway. Remove it.`);
    return false;
  }
  return true;
}

function readCredential(reader: Reader, field: Entry, kind: 'env' | 'headers'): ServerValue | undefined {
  const fields = reader.map(field.value, reader.at(field), phrase`A value`, '{ credential: github-mcp }');
  if (fields === undefined) return undefined;
  reader.onlyKnown(fields, ['credential', 'prefix'], phrase`A value`, { secret: 'credential', name: 'credential' });
  const nameEntry = fields.get('credential');
  if (nameEntry === undefined) {
    reader.missing(field.key, phrase`This value`, 'credential', 'credential: github-mcp');
    return undefined;
  }
  const credential = reader.text(nameEntry.value, reader.at(nameEntry), '`credential`');
  if (credential === undefined) return undefined;
  if (!CREDENTIAL_NAME.test(credential)) {
    reader.problems.error(
      'bad-credential-name',
      reader.at(nameEntry),
      phrase`\`credential\` is the name under which a credential is stored, never its value: a lower-case letter, then up to 62 lower-case letters, digits and dashes.`,
    );
    return undefined;
  }
  const prefixEntry = fields.get('prefix');
  const prefix = prefixEntry && reader.text(prefixEntry.value, reader.at(prefixEntry), '`prefix`');
  if (prefixEntry !== undefined && (prefix === undefined || !prefixFits(prefix, kind))) {
    if (prefix !== undefined) {
      reader.problems.error(
        'bad-auth-prefix',
        reader.at(prefixEntry),
        phrase`\`prefix\` must be 1 to ${MAX_PREFIX} printable ASCII characters, such as "Bearer ".`,
      );
    }
    return undefined;
  }
  return { from: 'credential', credential, prefix: prefix ?? '' };
}

function prefixFits(prefix: string, kind: 'env' | 'headers'): boolean {
  const printable = kind === 'headers' ? /^[\x21-\x7e][\x20-\x7e]*$/ : /^[\x20-\x7e]+$/;
  return prefix.length <= MAX_PREFIX && printable.test(prefix) && !looksLikeSecret(prefix);
}

function readLiteral(
  reader: Reader,
  field: Entry,
  kind: 'env' | 'headers',
  onLiteral: (field: Entry) => void,
): ServerValue | undefined {
  const text = reader.text(field.value, reader.at(field), phrase`A value`);
  if (text === undefined) return undefined;
  if (looksLikeSecret(text) || (namesSecret(field.name) && text !== '')) {
    onLiteral(field);
    reader.problems.error(
      'literal-credential',
      field.pair,
      phrase`A policy file never holds a credential. Write \`{ credential: NAME }\` and keep the value in VS Code; if this one was shared or committed, rotate it.`,
    );
    return undefined;
  }
  if (kind === 'headers' ? !HEADER_VALUE.test(text) : text.length > MAX_VALUE) {
    reader.problems.error(
      kind === 'headers' ? 'bad-header-value' : 'bad-variable-value',
      reader.at(field),
      kind === 'headers'
        ? phrase`A header value must be 1 to 1,024 printable ASCII characters, without spaces at the start or end.`
        : phrase`A variable’s value has at most ${MAX_VALUE} characters.`,
    );
    return undefined;
  }
  return { from: 'literal', text };
}
