import { METHODS } from '../../request/parts/requestModel.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';
import type { AuthKey } from '../auth/authType.ts';
import { AUTH_TYPE_NAMES, AUTH_TYPES, type Auth } from '../auth/authTypes.ts';

/** One key of the policy language, as completion, hover and the JSON schema describe it. */
export interface KeyWords {
  readonly name: string;
  /** One sentence. */
  readonly words: Phrase;
  /** The words that its value may be, or some that it may be; of a list of words, what may stand in it. */
  readonly values?: readonly string[];
  /** What its value is made of, where that is no single value: a map, a list of maps, or a list of words. */
  readonly holds?: 'map' | 'items' | 'words';
  /** For keys of `auth`: the types that have it. */
  readonly types?: readonly Auth['type'][];
}

/** The places of the language: each is the map that has these keys, or the items of a list with its name. */
export type Place =
  | 'document'
  | 'service'
  | 'auth'
  | 'rule'
  | 'condition'
  | 'graphql'
  | 'headers'
  | 'limits'
  | 'verify'
  | 'server'
  | 'serverTools'
  | 'serverValue'
  | 'test'
  | 'request';

export const AGENT_NAMES = ['copilot', 'claude', 'cursor', 'codex', 'windsurf', 'gemini', 'goose', 'zed'] as const;

/** Every key that some type of `auth` has, once. */
export const AUTH_KEYS: readonly AuthKey[] = [...new Set(AUTH_TYPE_NAMES.flatMap((type) => AUTH_TYPES[type].keys))];

export const VOCABULARY: Readonly<Record<Place, readonly KeyWords[]>> = {
  document: [
    { name: 'version', words: phrase`The version of the language. 1 is the only one.`, values: ['1'] },
    { name: 'services', holds: 'map', words: phrase`The APIs that agents may use, by name.` },
    { name: 'servers', holds: 'map', words: phrase`Upstream MCP servers that run behind Valet Key, by name.` },
    { name: 'tests', holds: 'items', words: phrase`Tests: which verdict the rules give for which request.` },
  ],
  server: [
    { name: 'description', words: phrase`What the server is, for people.` },
    { name: 'command', words: phrase`The program to start: a name on the PATH, or an absolute path.` },
    {
      name: 'args',
      holds: 'words',
      words: phrase`The arguments of the program, passed as they are; no shell interprets them.`,
    },
    {
      name: 'env',
      holds: 'map',
      words: phrase`Environment variables of the program: strings, or \`{ credential: NAME }\`.`,
    },
    { name: 'url', words: phrase`Instead of a command: the URL of a server that uses streamable HTTP.` },
    {
      name: 'headers',
      holds: 'map',
      words: phrase`Headers of requests to the URL: strings, or \`{ credential: NAME }\`.`,
    },
    {
      name: 'network',
      words: phrase`Which addresses the host may resolve to.`,
      values: ['public', 'private', 'loopback'],
    },
    { name: 'tools', holds: 'map', words: phrase`Which tools agents may call. Every other tool is denied.` },
    { name: 'limits', holds: 'map', words: phrase`How much, how fast, how long.` },
  ],
  serverTools: [
    {
      name: 'allow',
      holds: 'words',
      words: phrase`Tools that may be called, by name; \`*\` is one or more characters.`,
    },
    { name: 'ask', holds: 'words', words: phrase`Tools that need your approval, every time.` },
    { name: 'deny', holds: 'words', words: phrase`Tools that are denied, even if another list names them.` },
  ],
  serverValue: [
    {
      name: 'credential',
      words: phrase`The name under which the credential is stored. The value is never in the file.`,
    },
    { name: 'prefix', words: phrase`Text before the credential, such as "Bearer ".` },
  ],
  service: [
    { name: 'description', words: phrase`What the service is, for people and agents.` },
    {
      name: 'baseUrl',
      words: phrase`Where requests are sent: an https URL, with a path prefix if needed, which requests cannot leave.`,
    },
    { name: 'environment', words: phrase`A label of your choice, such as test or live.`, values: ['test', 'live'] },
    {
      name: 'network',
      words: phrase`Which addresses the host may resolve to.`,
      values: ['public', 'private', 'loopback'],
    },
    {
      name: 'encodedSlash',
      words: phrase`Whether path segments may hold %2F, as the API reads it.`,
      values: ['true', 'false'],
    },
    {
      name: 'auth',
      holds: 'map',
      words: phrase`How the credential is sent in a request. The credential itself is never in the file.`,
    },
    { name: 'policies', holds: 'items', words: phrase`The rules. A request that no rule allows is denied.` },
    { name: 'headers', holds: 'map', words: phrase`Fixed vendor headers, and headers that callers may send.` },
    { name: 'limits', holds: 'map', words: phrase`How much, how fast, how long.` },
    {
      name: 'verify',
      holds: 'map',
      words: phrase`A harmless request that shows whether the API accepts the credential.`,
    },
    {
      name: 'rotateEvery',
      words: phrase`After how many days the credential should be replaced, such as 90d.`,
      values: ['90d'],
    },
  ],
  auth: [
    { name: 'type', words: phrase`How the API accepts the credential.`, values: AUTH_TYPE_NAMES },
    ...AUTH_KEYS.map(authKeyWords),
  ],
  rule: [
    { name: 'path', words: phrase`The path, with * for one segment and ** for any number of them.` },
    {
      name: 'methods',
      holds: 'words',
      words: phrase`What the rule is for. GET does not include HEAD.`,
      values: METHODS,
    },
    {
      name: 'effect',
      words: phrase`allow, the default, or deny, which wins over everything.`,
      values: ['allow', 'deny'],
    },
    {
      name: 'approval',
      words: phrase`Needs your approval: every time (always), or with the option to allow ten minutes (remember).`,
      values: ['always', 'remember'],
    },
    { name: 'query', holds: 'map', words: phrase`Conditions on query parameters, by name.` },
    {
      name: 'body',
      holds: 'map',
      words: phrase`Conditions on fields of a JSON or form body, dotted or as JSON Pointer.`,
    },
    { name: 'header', holds: 'map', words: phrase`Conditions on headers that agents send, by name.` },
    {
      name: 'bodyType',
      words: phrase`The kind of body that the API reads: an allow rule allows no other kind.`,
      values: ['json', 'form'],
    },
    {
      name: 'graphql',
      holds: 'map',
      words: phrase`What a GraphQL document may do; false for an API that knows no GraphQL.`,
    },
    {
      name: 'agents',
      holds: 'words',
      words: phrase`Short client names. A client chooses its own name: a convenience, not a security boundary.`,
      values: AGENT_NAMES,
    },
  ],
  condition: [
    { name: 'equals', words: phrase`Exactly this value.` },
    { name: 'in', holds: 'words', words: phrase`One of these values.` },
    { name: 'max', words: phrase`At most this number.` },
    { name: 'min', words: phrase`At least this number.` },
    { name: 'matches', words: phrase`A pattern with *, such as cus_*. Never a regular expression.` },
    { name: 'present', words: phrase`Whether the field is present.`, values: ['true', 'false'] },
  ],
  graphql: [
    {
      name: 'operations',
      holds: 'words',
      words: phrase`The types of operations.`,
      values: ['query', 'mutation', 'subscription'],
    },
    { name: 'fields', holds: 'words', words: phrase`The root fields; without this key, any field.` },
  ],
  headers: [
    { name: 'set', holds: 'map', words: phrase`Fixed headers that the vendor requires.` },
    { name: 'allow', holds: 'words', words: phrase`Headers that callers may send beyond the standard ones.` },
  ],
  limits: [
    { name: 'requests', words: phrase`A rate, such as 60/minute.`, values: ['60/minute'] },
    { name: 'perAgent', words: phrase`Counts the rate separately for each agent.`, values: ['true'] },
    { name: 'concurrent', words: phrase`How many calls run at once; more wait.`, values: ['16'] },
    { name: 'responseBytes', words: phrase`The largest answer, such as 1MiB.`, values: ['1MiB'] },
    { name: 'requestBytes', words: phrase`The largest body, such as 1MiB.`, values: ['1MiB'] },
    { name: 'timeout', words: phrase`How long a call may take, such as 30s.`, values: ['30s'] },
  ],
  verify: [
    { name: 'path', words: phrase`The path of a harmless read.` },
    { name: 'method', words: phrase`GET, the default, or HEAD.`, values: ['GET', 'HEAD'] },
  ],
  test: [
    { name: 'name', words: phrase`What the test checks.` },
    { name: 'request', holds: 'map', words: phrase`A request as \`decide\` takes it.` },
    { name: 'expect', words: phrase`The expected verdict.`, values: ['allow', 'ask', 'deny'] },
  ],
  request: [
    { name: 'service', words: phrase`The service’s name.` },
    {
      name: 'method',
      words: phrase`The method.`,
      values: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    },
    { name: 'path', words: phrase`The path below the base URL; may include a query.` },
    { name: 'query', holds: 'map', words: phrase`Query parameters.` },
    { name: 'headers', holds: 'map', words: phrase`The caller’s headers.` },
    { name: 'json', holds: 'map', words: phrase`A JSON body.` },
    { name: 'form', holds: 'map', words: phrase`A form body.` },
    { name: 'text', words: phrase`A text body.` },
    { name: 'agent', words: phrase`The client’s name.`, values: AGENT_NAMES },
    { name: 'server', words: phrase`For a call to an MCP server: its name. Only \`tool\` is allowed next to it.` },
    { name: 'tool', words: phrase`The name of the tool.` },
  ],
};

function authKeyWords(key: AuthKey): KeyWords {
  const { name, words, takes, values } = key;
  const types = AUTH_TYPE_NAMES.filter((type) => AUTH_TYPES[type].keys.includes(key));
  if (takes === 'list') return { name, holds: 'words', words, types };
  if (takes === 'map') return { name, holds: 'map', words, types };
  return { name, words, ...(values ? { values } : {}), types };
}

/** The words of a key, by the path to it; undefined for a free name. */
export function keyWords(path: readonly (string | number)[]): KeyWords | undefined {
  const place = placeOf(path.slice(0, -1));
  return place && VOCABULARY[place].find(({ name }) => name === path.at(-1));
}

/** The place that the map or list at a path of keys is; list items are numbers. Undefined where names are free. */
export function placeOf(path: readonly (string | number)[]): Place | undefined {
  const keys = path.filter((step) => typeof step === 'string');
  const [top, , part, field, name] = keys;
  if (top === undefined) return 'document';
  if (top === 'tests')
    return keys.length === 1 ? 'test' : keys.length === 2 && keys[1] === 'request' ? 'request' : undefined;
  if (top === 'servers') return serverPlace(keys);
  if (top !== 'services' || keys.length < 2) return undefined;
  if (part === undefined) return 'service';
  if (part === 'policies') {
    if (field === undefined) return 'rule';
    if (field === 'graphql') return name === undefined ? 'graphql' : undefined;
    return (field === 'query' || field === 'body' || field === 'header') && name !== undefined && keys.length === 5
      ? 'condition'
      : undefined;
  }
  if (field !== undefined) return undefined;
  return part === 'auth' || part === 'headers' || part === 'limits' || part === 'verify' ? part : undefined;
}

function serverPlace([, name, part, variable, ...more]: readonly string[]): Place | undefined {
  if (name === undefined || more.length > 0) return undefined;
  if (part === undefined) return 'server';
  if (variable !== undefined) return part === 'env' || part === 'headers' ? 'serverValue' : undefined;
  if (part === 'tools') return 'serverTools';
  return part === 'limits' ? 'limits' : undefined;
}
