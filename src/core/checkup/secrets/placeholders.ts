/** Words that count as whole ones alone: `monkey` is none of French and English, and `Init` none of `in it`. */
const ALONE = new Set(
  'a an in it me by to be of or mon ton tu tus su mi seu sua uw din hier ici dein sk pk hf tvly fc id sa ihr set put add some'.split(
    ' ',
  ),
);

/** Words that documentation writes where a value belongs. A value made of these alone is none. */
const VOCABULARY = new Set(
  (
    'a an the my your yours our their his some any this that new old own real actual valid correct full long short random ' +
    'generated unique super very top strong secure secret secrets key keys token tokens password passwords passwd pass ' +
    'passphrase pwd pat api apikey access auth authorization oauth bearer basic jwt client server user username users ' +
    'name id ids value values string text here goes go insert enter put paste place add fill in set provide supply ' +
    'replace with by from change changeme me it to be use example examples sample demo dummy fake mock test tests testing ' +
    'tester foo bar baz foobar qux abc abcd abcde xyz asdf qwerty qwertz todo tbd fixme none null nil undefined empty ' +
    'optional required missing unset not placeholder redacted hidden masked removed omitted censored default defaults ' +
    'admin administrator root guest owner master system sys login letmein welcome hello world please and or of for is ' +
    'personal private public bot app application service account project workspace team org organization company tenant ' +
    'db database data db sql postgres postgresql mysql mariadb mongo mongodb redis neo4j elastic elasticsearch opensearch ' +
    'clickhouse minio minioadmin rabbitmq kafka sa local localhost dev development prod production stage staging sandbox ' +
    'github gitlab bitbucket slack notion linear jira confluence atlassian stripe openai anthropic claude gemini google ' +
    'azure aws gcp brave search exa tavily firecrawl perplexity sentry cloudflare vercel netlify supabase twilio sendgrid ' +
    'figma airtable hubspot asana discord telegram heroku docker npm mapbox grafana datadog dynatrace okta auth0 zapier ' +
    'some sk pk ghp ghs github pat xoxb xoxp xapp glpat ntn sk-ant fc tvly hf live v1 hex base64 uuid guid hash number ' +
    'see code pin session cookie signing signature encryption webhook web hook url uri host port dsn config env var variable ' +
    'dein deine deinen ihr ihre mein votre mon ton tu tus su mi seu sua sua minha uw jouw mijn din din twoj klucz hier ici aqui'
  ).split(' '),
);

/** Words that tell a placeholder wherever they stand between others: `xoxb-your-actual-token`. */
const TELLING =
  /(?:^|[-_\s./:=])(?:your|yours|insert|enter|replace|paste|fill|change|changeme|placeholder|example|sample|dummy|fake|mock|redacted|masked|hidden|omitted|removed|todo|tbd|fixme|here|goes|dein|deine|votre|jouw|mijn)(?=$|[-_\s./]|api|key|token|secret|password|access|auth)/i;

/** The same of two and three letters, which chance writes into long texts. */
const SHORT_TELLING = /(?:^|[-_\s./:=])(?:my|tu|su|seu)(?=$|[-_\s./]|api|key|token|secret|password|access|auth)/i;
const MAX_SHORT_TELLING = 40;

const TELLING_INSIDE =
  /(?:your|YOUR|Your)[-_ ]?[A-Z]|place[-_ ]?holder|change[-_ ]?(?:me|this|it)|replace[-_ ]?(?:me|this|with)|EXAMPLE|redacted|[a-z]here$|_HERE$|-here$/;

/** Left out on purpose: `sk-…`, `ntn_****`, `xxxx`. */
const CUT = /\.{3,}|…|\*{3,}|•{2,}|x{4,}|X{3}$|(?:^|[-_. ])x{3,}(?=$|[-_. ])|^[-_.?#!\s]+$|_{3,}|\?{3,}/i;

/** References that a client, a shell or a secret manager fills in later. */
const REFERENCES = [
  /\$\{|\$\(|\{\{|\}\}|\$env:|<%|\{(?:env|file|input|secret|vault):/i,
  /(?:^|[\s:=/"'])\$[A-Z_][A-Z0-9_]{2,}/,
  /^\$\w+$/,
  /%[A-Za-z_]\w{2,}%/,
  /<[^<>]{1,100}>/,
  /^\[[^[\]]*\]$|^\{[^{}":]*\}$|^`.*`$|^__\w+__$|^@@?\w+@@?$|^#\{.*\}#?$/,
  /^!\w+\s|^(?:process\.env|os\.environ|env|secrets|vars|inputs)[.[]/i,
  /^(?:op|vault|vlt|aws-?sm|awssm|aws-secretsmanager|secretsmanager|ssm|awsssm|gcp-?sm|gcpsecretsmanager|gsm|azurekeyvault|azkv|akv|keyvault|keychain|keyring|keytar|doppler|infisical|bws|bitwarden|1password|onepassword|lastpass|lpass|dashlane|keeper|akeyless|conjur|chamber|sops|berglas|secret|secrets|env|file|ref\+\w+|vals|pass|exec|cmd|sh|prompt|input|k8s|kubernetes|projects\/[^/]+\/secrets)(?::\/{0,2}|\/)[^\s]/i,
  /^arn:aws[\w-]*:(?:secretsmanager|ssm|kms):/i,
  // curl’s and others’ way to name a file.
  /^@[~./\\]/,
  /^@Microsoft\.KeyVault\(|^ENC\[|^enc:|^\{cipher\}|^AQICAH/,
];

/** Numbers that documents and generators of examples use over and over: RFC 9562, Wikipedia, Swagger and their like. */
const WELL_KNOWN = new Set(
  (
    '550e8400-e29b-41d4-a716-446655440000 123e4567-e89b-12d3-a456-426614174000 123e4567-e89b-12d3-a456-426655440000 ' +
    '6ba7b810-9dad-11d1-80b4-00c04fd430c8 6ba7b811-9dad-11d1-80b4-00c04fd430c8 6ba7b812-9dad-11d1-80b4-00c04fd430c8 ' +
    '6ba7b814-9dad-11d1-80b4-00c04fd430c8 f47ac10b-58cc-4372-a567-0e02b2c3d479 3fa85f64-5717-4562-b3fc-2c963f66afa6 ' +
    'f81d4fae-7dec-11d0-a765-00a0c91e6bf6 919108f7-52d1-4320-9bac-f847db4148a8 c232ab00-9414-11ec-b3c8-9f6bdeced846 ' +
    '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed 7c9e6679-7425-40de-944b-e07fc1f90ae7 ' +
    '017f22e2-79b0-7cc3-98c4-dc0c0c07398f 1ec9414c-232a-6b00-b3c8-9f6bdeced846 de305d54-75b4-431b-adb2-eb6b9e546014 ' +
    '9c5b94b1-35ad-49bb-b118-8e8fc24abf80 936da01f-9abd-4d9d-80c7-02af85c822a8'
  ).split(' '),
);

/** `abc123def456`: runs of three and more neighbours, and nothing else. */
function isRuns(text: string): boolean {
  const plain = text.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (plain.length < 9 || plain.length > 80) return false;
  let run = 1;
  let within = 0;
  for (let at = 1; at <= plain.length; at += 1) {
    if (plain.charCodeAt(at) - plain.charCodeAt(at - 1) === 1) run += 1;
    else {
      if (run >= 3) within += run;
      run = 1;
    }
  }
  return within === plain.length;
}

/** `a1b2c3d4e5f6g7`: letters and digits that go on in turn. */
function isInterleaved(text: string): boolean {
  const plain = text.toLowerCase().replace(/[^a-z0-9]/g, '');
  let run = 0;
  for (let at = 2; at < Math.min(plain.length, 200); at += 1) {
    const step = plain.charCodeAt(at) - plain.charCodeAt(at - 2);
    run = step === 1 || (plain[at] === '0' && plain[at - 2] === '9') ? run + 1 : 0;
    if (run >= 7) return true;
  }
  return false;
}

/** `aaaabbbbcccc1111`: the same characters in rows, half of the text and more. */
function isInRows(text: string): boolean {
  if (text.length < 8 || text.length > 200) return false;
  let repeats = 0;
  for (let at = 1; at < text.length; at += 1) if (text[at] === text[at - 1]) repeats += 1;
  return repeats * 2 >= text.length;
}

/** `deadbeefdeadbeef`: one part, over and over. */
function isRepeated(text: string): boolean {
  if (text.length < 12 || text.length > 200) return false;
  return [4, 5, 6, 7, 8, 9, 10].some((length) => text.slice(length) === text.slice(0, -length));
}

/** A run of neighbouring characters such as `123456` or `abcdef`, which generators do not give. */
function hasLongRun(text: string): boolean {
  let run = 1;
  const lower = text.toLowerCase();
  for (let at = 1; at < lower.length; at += 1) {
    const from = lower.charCodeAt(at - 1);
    const to = lower.charCodeAt(at);
    // 9 is followed by 0 on a keyboard: 1234567890.
    run = to - from === 1 || (from === 0x39 && to === 0x30) ? run + 1 : 1;
    if (run >= 6) return true;
  }
  return false;
}

/** Whether letters go on before or behind a part of a text, but for a capital that begins the next word. */
function isWithinWord(text: string, start: number, end: number): boolean {
  const joins = (at: number): boolean => /^[A-Za-z][a-z]$|^[A-Z]{2}$/.test(text.slice(at - 1, at + 1));
  return joins(start) || joins(end);
}

/** Whether a text can be cut into words of the vocabulary and short numbers, blanks and punctuation apart. */
function isVocabulary(text: string): boolean {
  const lower = text.toLowerCase();
  // A number alone is somebody's PIN sooner than documentation.
  if (lower.length > 80 || /^\d{6,}$/.test(lower)) return false;
  const reachable = new Set([0]);
  for (let start = 0; start < lower.length; start += 1) {
    if (!reachable.has(start)) continue;
    if (/[^a-z0-9]/.test(lower[start] ?? '')) reachable.add(start + 1);
    const digits = /^\d{1,6}/.exec(lower.slice(start, start + 6))?.[0].length ?? 0;
    for (let length = 1; length <= digits; length += 1) reachable.add(start + length);
    for (let end = start + 1; end <= Math.min(lower.length, start + 15); end += 1) {
      const word = lower.slice(start, end);
      if (VOCABULARY.has(word) && !(ALONE.has(word) && isWithinWord(text, start, end))) reachable.add(end);
    }
  }
  return reachable.has(lower.length);
}

/** Whether a text refers to a value that is kept elsewhere, or asks for one. */
export function isReference(text: string): boolean {
  return REFERENCES.some((pattern) => pattern.test(text));
}

/** Whether a text stands where a value belongs, without being one. */
export function isPlaceholder(text: string): boolean {
  return isAskedFor(text) || isCommon(text.trim());
}

/** Whether a text asks for a value, refers to one, or leaves one out. */
export function isAskedFor(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed.length < 3 || isReference(trimmed)) return true;
  if (/^(?:true|false|yes|no|on|off|null|none|nil|undefined|enabled|disabled|auto|n\/?a)$/i.test(trimmed)) return true;
  if (/^(.)\1+(?:-([^-])\2+)*$/.test(trimmed) || CUT.test(trimmed)) return true;
  if (TELLING.test(trimmed) || TELLING_INSIDE.test(trimmed)) return true;
  if (trimmed.length <= MAX_SHORT_TELLING && SHORT_TELLING.test(trimmed)) return true;
  // The name of a variable rather than its value.
  return /^[A-Z]+(?:[_-][A-Z]+)+$/.test(trimmed);
}

/** Whether a text is made of what everybody writes: words of documents, and characters in the order of a keyboard. */
export function isCommon(text: string): boolean {
  return (
    hasLongRun(text) ||
    isRuns(text) ||
    isInterleaved(text) ||
    isRepeated(text) ||
    isInRows(text) ||
    WELL_KNOWN.has(text.toLowerCase()) ||
    isVocabulary(text)
  );
}
