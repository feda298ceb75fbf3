import { readLimits } from '../../limits/limitsField.ts';
import { parseBaseUrl } from '../../net/baseUrl.ts';
import type { Network } from '../../net/network.ts';
import { phrase } from '../../text/phrase.ts';
import { ProblemList } from '../../text/problems.ts';
import { readAuth } from '../auth/authField.ts';
import type { PolicyAuthor, PolicyDocument, PolicyTest } from '../model/policy.ts';
import type { Server } from '../model/server.ts';
import type { Service } from '../model/service.ts';
import { isCredentialKey, type LiteralCredential, reportLiteral } from '../text/literalCredential.ts';
import { warnOfLocalhost } from '../text/localhostWarning.ts';
import { type Entry, type Fields, isEmpty, Reader } from '../text/reader.ts';
import { checkText } from '../text/textGuard.ts';
import { type ReadTree, readTree } from '../text/yamlTree.ts';
import { readAllowedOrigins } from './allowedOriginsField.ts';
import { readEncodedSlash } from './encodedSlashField.ts';
import { readHeaders } from './headersField.ts';
import { readServers } from './readServers.ts';
import { readRules } from './rulesField.ts';
import type { ServerLiteral } from './serverLiteral.ts';
import { readTests } from './testsField.ts';
import { readVerify } from './verifyField.ts';

const SERVICE_NAME = /^[a-z][a-z0-9-]{0,62}$/;
const NETWORKS: readonly Network[] = ['public', 'private', 'loopback'];
const SERVICE_KEYS = [
  'description',
  'baseUrl',
  'network',
  'environment',
  'encodedSlash',
  'auth',
  'policies',
  'headers',
  'limits',
  'verify',
  'rotateEvery',
] as const;
const SERVICE_EXAMPLE = '{ baseUrl: https://api.example.com, auth: { type: bearer } }';

const MAX_DESCRIPTION = 1000;
const MAX_ENVIRONMENT = 64;

/**
 * Reads a policy text. Never throws, and takes time linear in the text. Every problem has its place; `policy` is there
 * only when none of them is an error. An empty text is a valid policy that allows nothing. `read` reads the YAML.
 */
export function parsePolicy(text: string, author: PolicyAuthor = 'user', read: ReadTree = readTree): PolicyDocument {
  const { problems, services, servers, allowedOrigins, tests } = readDocument(text, author, read);
  return problems.hasErrors
    ? { text, problems: problems.items }
    : {
        text,
        problems: problems.items,
        policy: { services, servers, tests, ...(allowedOrigins === undefined ? {} : { allowedOrigins }) },
      };
}

/** The literal credentials in a text, valid or not, in the order of the file. */
export function literalCredentials(text: string): readonly LiteralCredential[] {
  return readDocument(text, 'user', readTree).literals;
}

/** The literal credentials of upstream MCP servers in a text, valid or not, in the order of the file. */
export function serverLiterals(text: string): readonly ServerLiteral[] {
  return readDocument(text, 'user', readTree).serverLiterals;
}

interface Reading {
  readonly problems: ProblemList;
  readonly services: Map<string, Service>;
  servers: Map<string, Server>;
  readonly literals: LiteralCredential[];
  readonly serverLiterals: ServerLiteral[];
  allowedOrigins?: readonly string[] | undefined;
  tests: readonly PolicyTest[];
}

function readDocument(text: string, author: PolicyAuthor, read: ReadTree): Reading {
  const problems = new ProblemList(text);
  const reading: Reading = {
    problems,
    services: new Map(),
    servers: new Map(),
    literals: [],
    serverLiterals: [],
    tests: [],
  };
  if (!checkText(text, problems)) return reading;
  const tree = read(text, problems);
  if (tree === undefined) return reading;

  const reader = new Reader(text, problems);
  const top = { start: 0, end: 0 };
  const fields = reader.map(
    tree.root,
    tree.root === null ? top : spanFrom(tree.root.range),
    phrase`A policy file`,
    '`services: { … }`',
  );
  if (fields === undefined) return reading;
  const known = ['version', 'services', 'servers', 'tests', ...(author === 'administrator' ? ['allowedOrigins'] : [])];
  // Has a problem of its own in the user's file.
  const others = fields.entries.filter(({ name }) => name !== 'allowedOrigins');
  reader.onlyKnown({ ...fields, entries: others }, known, phrase`A policy file`, { apis: 'services' });
  readVersion(reader, fields.get('version'));
  reading.allowedOrigins = readAllowedOrigins(reader, fields.get('allowedOrigins'), author);
  reading.tests = readTests(reader, fields.get('tests'));
  const entry = fields.get('services');
  const named = entry && reader.map(entry.value, reader.at(entry), '`services`', `{ stripe: ${SERVICE_EXAMPLE} }`);
  const wrapped = fields.get('servers');
  if (author === 'user' && wrapped === undefined && (entry === undefined || named?.entries.length === 0)) {
    problems.information('no-services', entry?.key ?? top, phrase`This policy has no services, so it allows nothing.`);
  }
  for (const service of named?.entries ?? []) {
    const read = readService(reader, service, (owner, literal) => {
      reading.literals.push(reportLiteral(reader, text, owner, literal, service.name));
    });
    if (read !== undefined) reading.services.set(read.name, read);
  }
  const names = new Set(named?.entries.map(({ name }) => name));
  reading.servers = readServers(reader, wrapped, names, reading.serverLiterals);
  return reading;
}

function spanFrom(range: readonly [number, number, number]): { start: number; end: number } {
  return { start: range[0], end: range[1] };
}

function readVersion(reader: Reader, entry: Entry | undefined): void {
  if (entry === undefined) return;
  if (entry.value !== null && 'value' in entry.value && entry.value.value === 1) return;
  reader.problems.error(
    'unsupported-version',
    reader.at(entry),
    phrase`The only version is 1. Write \`version: 1\`, or remove the line.`,
    // An empty value has no place of its own to write it.
    reader.at(entry) === entry.key ? undefined : '1',
  );
}

function readService(
  reader: Reader,
  entry: Entry,
  onLiteral: (fields: Fields, literal: Entry) => void,
): Service | undefined {
  const { problems } = reader;
  const { name, key } = entry;
  if (!SERVICE_NAME.test(name)) {
    problems.error(
      'bad-service-name',
      key,
      phrase`A service’s name starts with a lower-case letter and has up to 63 lower-case letters, digits and dashes.`,
      likelyName(name),
    );
  }
  const fields = reader.map(entry.value, reader.at(entry), phrase`A service`, SERVICE_EXAMPLE);
  if (fields === undefined) return undefined;
  const literals = fields.entries.filter((field) => isCredentialKey(field.name));
  for (const literal of literals) onLiteral(fields, literal);
  const others = fields.entries.filter((field) => !literals.includes(field));
  reader.onlyKnown({ ...fields, entries: others }, SERVICE_KEYS, phrase`A service`, {
    url: 'baseUrl',
    endpoint: 'baseUrl',
    host: 'baseUrl',
    rules: 'policies',
    env: 'environment',
    authentication: 'auth',
    authorization: 'auth',
  });

  const description = readDescription(reader, fields.get('description'));
  const environment = readEnvironment(reader, fields.get('environment'));
  const networkEntry = fields.get('network');
  const network =
    networkEntry === undefined ? 'public' : reader.word(networkEntry, NETWORKS, 'unknown-network', '`network`');
  const baseUrl = readBaseUrl(reader, fields, key, network);
  const authEntry = fields.get('auth');
  if (authEntry === undefined) reader.missing(key, phrase`This service`, 'auth', 'auth: { type: bearer }');
  const auth = authEntry === undefined ? undefined : readAuth(reader, authEntry, network, onLiteral);
  const headers = readHeaders(reader, fields.get('headers'), auth);
  const limits = readLimits(reader, fields.get('limits'));
  const encodedSlash = readEncodedSlash(reader, fields.get('encodedSlash'), auth);
  const verify = readVerify(reader, fields.get('verify'), encodedSlash === true);
  const rotateEveryDays = readRotateEvery(reader, fields.get('rotateEvery'));
  const policiesEntry = fields.get('policies');
  const rules = policiesEntry === undefined ? [] : readRules(reader, policiesEntry, name, encodedSlash === true);
  if (policiesEntry === undefined || emptyList(policiesEntry)) {
    problems.warning(
      'no-policies',
      policiesEntry?.key ?? key,
      phrase`This service has no policies, so every request to it is denied. Add a rule, such as \`- { path: /v1/items, methods: [GET] }\`.`,
    );
  }
  if (encodedSlash === 'wrong') return undefined;
  if (baseUrl === undefined || auth === undefined || network === undefined) return undefined;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    baseUrl,
    ...(environment === undefined ? {} : { environment }),
    network,
    ...(encodedSlash === true ? { encodedSlash } : {}),
    auth,
    headers,
    rules,
    limits,
    ...(verify === undefined ? {} : { verify }),
    ...(rotateEveryDays === undefined ? {} : { rotateEveryDays }),
    span: key,
    line: problems.position(key.start).line,
  };
}

function emptyList(entry: Entry): boolean {
  return isEmpty(entry.value) || (entry.value !== null && 'items' in entry.value && entry.value.items.length === 0);
}

/** A valid name made of the written one, when there is one. A long one is no name; it may be a credential. */
function likelyName(written: string): string | undefined {
  if (written.length > 20) return undefined;
  const name = written.toLowerCase().replace(/[\s_.]+/g, '-');
  return name !== written && SERVICE_NAME.test(name) ? name : undefined;
}

function readBaseUrl(
  reader: Reader,
  fields: Fields,
  key: Entry['key'],
  network: Network | undefined,
): Service['baseUrl'] | undefined {
  const entry = fields.get('baseUrl');
  if (entry === undefined) {
    reader.missing(key, phrase`This service`, 'baseUrl', 'baseUrl: https://api.example.com');
    return undefined;
  }
  const text = reader.text(entry.value, reader.at(entry), '`baseUrl`');
  // Which hosts are right depends on the network: with an unknown one there is nothing to say.
  if (text === undefined || network === undefined) return undefined;
  const baseUrl = parseBaseUrl(text, network);
  if (baseUrl.ok) {
    warnOfLocalhost(reader.problems, reader.at(entry), baseUrl.value);
    return baseUrl.value;
  }
  reader.problems.error(baseUrl.error.code, reader.at(entry), baseUrl.error.message);
  return undefined;
}

function readDescription(reader: Reader, entry: Entry | undefined): string | undefined {
  if (entry === undefined) return undefined;
  const text = reader.longText(entry.value, reader.at(entry), '`description`')?.trim();
  if (text !== undefined && text.length > MAX_DESCRIPTION) {
    reader.problems.error(
      'bad-description',
      reader.at(entry),
      phrase`\`description\` is longer than ${MAX_DESCRIPTION} characters. Shorten it.`,
    );
    return undefined;
  }
  return text;
}

function readEnvironment(reader: Reader, entry: Entry | undefined): string | undefined {
  if (entry === undefined) return undefined;
  const text = reader.text(entry.value, reader.at(entry), '`environment`');
  if (text !== undefined && (text.length > MAX_ENVIRONMENT || text.trim() !== text || text === '')) {
    reader.problems.error(
      'bad-environment',
      reader.at(entry),
      phrase`\`environment\` must be 1 to ${MAX_ENVIRONMENT} characters, without spaces at the start or end, such as test.`,
    );
    return undefined;
  }
  return text;
}

const MAX_ROTATE_DAYS = 3650;

function readRotateEvery(reader: Reader, entry: Entry | undefined): number | undefined {
  if (entry === undefined) return undefined;
  const text = reader.text(entry.value, reader.at(entry), '`rotateEvery`');
  if (text === undefined) return undefined;
  const days = /^[1-9]\d{0,3}d$/.test(text) ? Number.parseInt(text, 10) : undefined;
  if (days !== undefined && days <= MAX_ROTATE_DAYS) return days;
  reader.problems.error(
    'bad-rotate-every',
    reader.at(entry),
    phrase`\`rotateEvery\` must be 1 to ${MAX_ROTATE_DAYS} days, such as 90d.`,
  );
  return undefined;
}
