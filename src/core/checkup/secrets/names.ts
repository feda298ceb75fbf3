/** How a name says that its value is a credential, and which values are believable behind it. */
export type CredentialClass = 'password' | 'token' | 'session';

const PASSWORD = new Set([
  'password',
  'passwd',
  'passwort',
  'pwd',
  'pw',
  'pass',
  'passphrase',
  'passcode',
  'secret',
  'secrets',
  ...'kennwort passe motdepasse contrasena senha parola wachtwoord losenord heslo haslo sifre'.split(' '),
]);
const TOKEN = new Set([
  'token',
  'tokens',
  'key',
  'keys',
  'apikey',
  'apikeys',
  'pat',
  'credential',
  'credentials',
  'creds',
  'cred',
  'bearer',
  'jwt',
  'authorization',
  'auth',
  'cookie',
  'cookies',
  'mnemonic',
  'seed',
  ...'schluessel clave chave chiave cle sleutel jeton'.split(' '),
]);
/** Names in other letters than those of English, which have no words for us. */
const FOREIGN: readonly (readonly [RegExp, CredentialClass])[] = [
  [/密码|密碼|口令|パスワード|пароль|비밀번호|contraseña|hasło|şifre/i, 'password'],
  [/密钥|密鑰|金鑰|令牌|トークン|токен|ключ|토큰|schlüssel|clé(?![a-z])/i, 'token'],
];
/** What a name goes on with when it tells something about a credential, and is not the credential of something. */
const ABOUT = new Set(
  (
    'id ids name names label title url urls uri uris endpoint host port domain realm region type types kind file files filename path paths dir ' +
    'directory folder env var variable ref reference arn alias limit limits count length size min max ttl expiry expires expiration ' +
    'expire timeout age lifetime rotation policy provider source store storage manager helper command cmd script hash digest ' +
    'fingerprint thumbprint address contract symbol decimals algorithm alg method mode scheme format prefix suffix user username account email ' +
    'scope scopes audience issuer version enabled disabled required budget cache index pattern regex field column param parameter ' +
    'attribute claim usage sock socket agent public pub cert certificate vault space board ring chain status error message template ' +
    'description hint generator encoding language request response service server client tenant app project'
  ).split(' '),
);
/** Compounds without a separator: `PGPASSWORD`, `authtoken`. */
const COMPOUND = /(?:password|passwd|passphrase|apikey|secretkey|accesskey|privatekey|authkey|token|secret|pgpass)s?$/;
/** What follows the word that counts: `API_KEY_1`, `TOKEN_VALUE`. */
const TRAILING = new Set([
  'value',
  'default',
  'b64',
  'base64',
  'plain',
  'plaintext',
  'raw',
  'text',
  'string',
  'literal',
  'live',
  'prod',
  'production',
  'dev',
  'test',
  'staging',
  'header',
  'headers',
  'primary',
  'secondary',
  'base',
  'v1',
  'v2',
]);

/** Things that have a key of their own, by which they are found: `S3_KEY`, `FIGMA_FILE_KEY`. */
const KEYS_OF_THINGS = (
  'file files doc document sheet spreadsheet board page component blob bucket s3 path translation i18n locale layer style ' +
  'theme color tenant projects issues websocket socket record entity item row shard hash range metric tag label json yaml property dict param ' +
  'parameter flag layout message team teams ticket epic sprint tree menu slot topic ' +
  'sorting ordering grouping cache keyboard image video metadata'
).split(' ');

/** `KEY` and the like after one of these is no secret. */
const HARMLESS_BEFORE: Readonly<Record<string, ReadonlySet<string>>> = {
  key: new Set([
    'public',
    'publishable',
    'primary',
    'partition',
    'sort',
    'foreign',
    'cache',
    'group',
    'object',
    'row',
    'index',
    'idempotency',
    'project',
    'space',
    'issue',
    'hot',
    'shortcut',
    'map',
    'lookup',
    'config',
    'registry',
    'column',
    'field',
    'dedup',
    'site',
    'anon',
    'host',
    'verify',
    'verification',
    ...KEYS_OF_THINGS,
  ]),
  keys: new Set([
    'public',
    'allowed',
    'object',
    'primary',
    'num',
    'max',
    'authorized',
    'issue',
    'project',
    ...KEYS_OF_THINGS,
  ]),
  tokens: new Set([
    'max',
    'min',
    'num',
    'total',
    'input',
    'output',
    'prompt',
    'completion',
    'budget',
    'thinking',
    'context',
    'response',
    'limit',
  ]),
  token: new Set(['max', 'num', 'per', 'continuation', 'page', 'next', 'eos', 'bos', 'pad', 'stop']),
  session: new Set(['no', 'dbus', 'xdg', 'desktop', 'max', 'new', 'per']),
  auth: new Set(['no', 'use', 'require', 'enable', 'disable', 'allow', 'skip', 'force', 'interactive']),
  cookie: new Set(['use', 'secure', 'same', 'enable']),
  seed: new Set(['random', 'rng']),
};

/** `githubApiKey`, `GITHUB_API_KEY`, `X-Github-Api-Key` and `--github-api-key` as their words in lower case. */
export function wordsOfName(name: string): string[] {
  // The usual spellings of variables, options and commands, and the quick way.
  if (/^[a-z0-9]{1,200}$/.test(name)) return [name];
  if (/^(?:[A-Z0-9_]{1,200}|[a-z0-9_]{1,200})$/.test(name)) return wordsAmong(name.toLowerCase().split('_'));
  const text = name.slice(0, 200);
  const parted = /[A-Z]/.test(text)
    ? text.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    : text;
  return wordsAmong(parted.toLowerCase().split(/[^a-z0-9]+/));
}

function wordsAmong(parts: readonly string[]): string[] {
  return parts.filter((part) => part !== '');
}

/** What a variable, header, flag or key of this name holds; undefined when it is not a credential. */
export function credentialClass(name: string): CredentialClass | undefined {
  const words = wordsOfName(name);
  return classOfWords(words) ?? FOREIGN.find(([some]) => some.test(name.slice(0, 200)))?.[1] ?? classOfBegin(words);
}

/**
 * `GITHUB_TOKEN_WORK`, `API_KEY_ACME` and `OP_SESSION_team`: whose it is stands behind what it is. That may be said of much
 * else, so the value has to tell.
 */
function classOfBegin(words: readonly string[]): CredentialClass | undefined {
  if (words.some((word) => ABOUT.has(word))) return undefined;
  const begins = words.slice(0, -1).some((_, at) => {
    const begin = words.slice(0, at + 1);
    return !/^(?:keys|tokens|pass|pw|seed|auth|cle)$/.test(begin.at(-1) ?? '') && classOfWords(begin) !== undefined;
  });
  return begins ? 'session' : undefined;
}

function classOfWords(all: readonly string[]): CredentialClass | undefined {
  const words = [...all];
  while (words.length > 1 && (TRAILING.has(words.at(-1) ?? '') || /^\d+$/.test(words.at(-1) ?? ''))) words.pop();
  const last = (words.at(-1) ?? '').replace(/(?<!\d)\d+$/, '');
  if (HARMLESS_BEFORE[last]?.has(words.at(-2) ?? '')) return undefined;
  if (PASSWORD.has(last)) return 'password';
  if (TOKEN.has(last) || (last === 'hash' && words.at(-2) === 'api')) return 'token';
  const compound = COMPOUND.exec(last)?.[0];
  if (compound === undefined) return isSessionName(words) ? 'session' : undefined;
  return /pass|secret$/.test(compound) ? 'password' : 'token';
}

/** What a session's name goes on with where it is the session itself. */
const OF_SESSION = new Set(['id', 'data', 'cookie', 'auth', 'file']);
/** Cookies that are known by their names: LinkedIn's, X's, Bilibili's, Google's and those of servers; AK and SK of Chinese clouds. */
const COOKIE =
  /^(?:li at|ct0|sp dc|roblosecurity|login secure|auth state|fb xs|bili jct|sessdata|(?:__)?(?:secure )?[13]?p?sid(?:ts|cc)?|p?sapisid|(?:j|php|asp)?sess(?:ion)?(?:s|id|data)?|csrf|xsrf|signature|sig|[as]k)$/;

/** `BW_SESSION`, `TELEGRAM_SESSION_STRING`, `SESSION_ID`, `LI_AT`: what its value is, the value has to tell. */
function isSessionName(words: readonly string[]): boolean {
  const last = words.length > 1 && OF_SESSION.has(words.at(-1) ?? '') ? words.slice(0, -1) : words;
  return [last, words].some((some) => COOKIE.test(some.slice(-1).join(' ')) || COOKIE.test(some.slice(-2).join(' ')));
}

/** What to call the credential behind a name. */
export function kindOfName(name: string): string {
  const words = new Set(wordsOfName(name));
  const has = (...some: readonly string[]): boolean => some.some((word) => words.has(word));
  if (has('password', 'passwd', 'pwd', 'pw', 'pass', 'passwort', 'pgpassword')) return 'password';
  if (has('passphrase')) return 'passphrase';
  if (has('private') && has('key')) return 'private key';
  if (has('token', 'pat', 'bearer', 'jwt')) return 'token';
  if (has('secret')) return 'secret';
  if (has('cookie')) return 'cookie';
  if (credentialClass(name) === 'session') return 'session';
  if (has('key', 'apikey')) return 'key';
  return 'credential';
}

/** Words in names that tell whose credential it is, with the id of the known service. */
const PROVIDERS: ReadonlyMap<string, string> = new Map([
  ...[
    'github',
    'gitlab',
    'stripe',
    'openai',
    'anthropic',
    'slack',
    'linear',
    'notion',
    'jira',
    'sentry',
    'cloudflare',
    'vercel',
    'digitalocean',
    'sendgrid',
    'airtable',
    'hubspot',
    'pagerduty',
    'supabase',
    'twilio',
    'figma',
    'netlify',
    'asana',
  ].map((id): [string, string] => [id, id]),
  ['gh', 'github'],
  ['atlassian', 'jira'],
  ['confluence', 'jira'],
]);

/** The known service that a name tells, such as `github` for `GITHUB_TOKEN`. */
export function providerOfName(name: string): string | undefined {
  return wordsOfName(name)
    .map((word) => PROVIDERS.get(word))
    .find((id) => id !== undefined);
}
