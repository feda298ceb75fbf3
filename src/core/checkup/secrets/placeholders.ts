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
    'code pin session cookie signing signature encryption webhook web hook url uri host port dsn config env var variable ' +
    'dein deine deinen ihr ihre mein votre mon ton tu tus su mi seu sua sua minha uw jouw mijn din din twoj klucz hier ici aqui'
  ).split(' '),
);

/** Words that tell a placeholder wherever they stand between others: `xoxb-your-actual-token`. */
const TELLING =
  /(?:^|[-_\s./:=])(?:your|yours|my|insert|enter|replace|paste|fill|change|changeme|placeholder|example|sample|dummy|fake|mock|redacted|masked|hidden|omitted|removed|todo|tbd|fixme|here|goes|dein|deine|votre|tu|su|seu|jouw|mijn)(?=$|[-_\s./]|api|key|token|secret|password|access|auth)/i;

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
  /^@Microsoft\.KeyVault\(|^ENC\[|^enc:|^\{cipher\}|^AQICAH/,
];

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
      if (VOCABULARY.has(lower.slice(start, end))) reachable.add(end);
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
  const trimmed = text.trim();
  if (trimmed.length < 3 || isReference(trimmed)) return true;
  if (/^(?:true|false|yes|no|on|off|null|none|nil|undefined|enabled|disabled|auto|n\/?a)$/i.test(trimmed)) return true;
  if (/^(.)\1+(?:-([^-])\2+)*$/.test(trimmed) || CUT.test(trimmed) || hasLongRun(trimmed)) return true;
  if (TELLING.test(trimmed) || TELLING_INSIDE.test(trimmed)) return true;
  // The name of a variable rather than its value.
  if (/^[A-Z]+(?:[_-][A-Z]+)+$/.test(trimmed)) return true;
  return isVocabulary(trimmed);
}
