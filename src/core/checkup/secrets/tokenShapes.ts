/** A credential that tells by its shape what it is. */
export interface TokenShape {
  readonly kind: string;
  /** Id of a known service, src/core/services/knownServices.ts. */
  readonly provider?: string;
  /** Matches the token alone. Linear in time: no group repeats inside another. */
  readonly pattern: RegExp;
  /** Names an account rather than proving anything; the secret stands elsewhere. */
  readonly identifier?: true;
}

const BEFORE = '(?<![A-Za-z0-9])';
const AFTER = '(?![A-Za-z0-9])';

/** A token that begins with `prefix` and goes on with `rest`; nothing of its alphabet stands around it. */
function shape(kind: string, prefix: string, rest: string, provider?: string): TokenShape {
  const pattern = new RegExp(`${BEFORE}${prefix}${rest}${AFTER}`, 'g');
  return { kind, pattern, ...(provider === undefined ? {} : { provider }) };
}

const HEX = (least: number): string => `[0-9a-f]{${least},}`;
const LETTERS = (least: number): string => `[A-Za-z0-9]{${least},}`;
const WORD = (least: number): string => `[\\w-]{${least},}`;
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/**
 * Prefixes as the providers document them; lengths are lower bounds, since providers change theirs. The more telling
 * shape comes first: `sk-ant-…` is Anthropic's before it is anybody's `sk-…`.
 */
export const TOKEN_SHAPES: readonly TokenShape[] = [
  {
    kind: 'private key',
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----|$)/g,
  },
  shape('age secret key', 'AGE-SECRET-KEY-1', '[0-9A-Z]{50,}'),
  // https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
  shape('GitHub token', 'gh[pousr]_', LETTERS(30), 'github'),
  shape('GitHub token', 'github_pat_', '\\w{36,}', 'github'),
  // https://docs.gitlab.com/security/tokens/#token-prefixes
  shape('GitLab token', 'gl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct|wt)-', '[\\w.-]{20,}', 'gitlab'),
  // https://docs.slack.dev/authentication/tokens
  shape('Slack token', '(?:xox[abcdeoprs]|xoxe\\.xox[bp])-', WORD(16), 'slack'),
  shape('Slack token', 'xapp-\\d-', WORD(20), 'slack'),
  shape('Slack webhook', 'hooks\\.slack\\.com/(?:services|workflows|triggers)/', '[\\w/]{30,}', 'slack'),
  // https://docs.stripe.com/keys
  shape('Stripe key', '[sr]k_(?:live|test)_', LETTERS(16), 'stripe'),
  shape('webhook secret', 'whsec_', '[A-Za-z0-9+/]{24,}={0,2}'),
  shape('Anthropic key', 'sk-ant-', WORD(20), 'anthropic'),
  shape('OpenRouter key', 'sk-or-', WORD(30)),
  shape('Langfuse key', 'sk-lf-', UUID),
  shape('OpenAI key', 'sk-(?:proj|svcacct|admin|None)-', WORD(20), 'openai'),
  shape('OpenAI key', 'sk-', '[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}', 'openai'),
  shape('Context7 key', 'ctx7sk-', WORD(20)),
  shape('API key', 'sk-', WORD(24)),
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
  { ...shape('AWS access key id', '(?:AKIA|ASIA|ABIA|ACCA)', '[A-Z0-9]{16}'), identifier: true },
  shape('AWS Bedrock key', 'ABSK', '[A-Za-z0-9+/]{60,}={0,2}'),
  { ...shape('Alibaba Cloud access key id', 'LTAI', '[A-Za-z0-9]{12,20}'), identifier: true },
  { ...shape('Tencent Cloud secret id', 'AKID', '[A-Za-z0-9]{32}'), identifier: true },
  { ...shape('Volcengine access key id', 'AKLT', '[A-Za-z0-9]{40,60}'), identifier: true },
  { ...shape('Baidu AI Cloud access key id', 'ALTAK', '[A-Za-z0-9]{20,24}'), identifier: true },
  shape('Google API key', 'AIza', '[\\w-]{32,40}'),
  shape('Google OAuth secret', 'GOCSPX-', WORD(20)),
  shape('Google access token', 'ya29\\.', WORD(20)),
  shape('Google refresh token', '1//0', WORD(30)),
  shape('Atlassian token', 'AT(?:ATT|CTT|STT|SCTT)3', '[\\w=-]{50,}', 'jira'),
  shape('Bitbucket app password', 'ATBB', LETTERS(28)),
  shape('Trello token', 'ATTA', HEX(60)),
  shape('Notion token', 'ntn_', LETTERS(36), 'notion'),
  shape('Notion token', 'secret_', '[A-Za-z0-9]{43}', 'notion'),
  shape('Linear key', 'lin_(?:api|oauth)_', LETTERS(30), 'linear'),
  shape('npm token', 'npm_', LETTERS(30)),
  shape('PyPI token', 'pypi-', WORD(50)),
  shape('Hugging Face token', '(?:hf|api_org)_', LETTERS(30)),
  shape('SendGrid key', 'SG\\.', '[\\w-]{16,}\\.[\\w-]{16,}', 'sendgrid'),
  shape('Twilio key', 'SK', '[0-9a-f]{32}', 'twilio'),
  shape('Telegram bot token', '\\d{8,10}:', 'A[\\w-]{34}'),
  shape('Discord bot token', '[MNO][\\w-]{22,28}\\.', '[\\w-]{6}\\.[\\w-]{27,40}'),
  shape('Discord webhook', 'discord(?:app)?\\.com/api/webhooks/\\d+/', WORD(40)),
  shape('Azure client secret', '[A-Za-z0-9_~.-]{3}\\dQ~', '[\\w~.-]{31,34}'),
  shape('Azure DevOps token', '[A-Za-z0-9]{70,90}AZDO', '[A-Za-z0-9]{4}'),
  shape('Sentry token', 'sntry[a-z]_', '[\\w+/=-]{40,}', 'sentry'),
  shape('Vercel token', 'vc[apikr]_', LETTERS(24), 'vercel'),
  shape('Supabase token', 'sbp_', '[0-9a-f_v]{40,}', 'supabase'),
  shape('Supabase key', 'sb_secret_', WORD(20), 'supabase'),
  shape('Figma token', 'fig[a-z]_', WORD(30), 'figma'),
  shape('Postman key', 'PMAK-', '[0-9a-f]{24}-[0-9a-f]{34}'),
  shape('Databricks token', 'dapi', '[0-9a-f]{32}(?:-\\d)?'),
  shape('DigitalOcean token', 'do[opr]_v1_', HEX(60), 'digitalocean'),
  shape('Shopify token', 'shp(?:at|ca|pa|ss|tka)_', '[0-9a-fA-F]{32}'),
  shape('Mailgun key', 'key-', '[0-9a-f]{32}'),
  shape('Mailchimp key', '[0-9a-f]{32}-', 'us\\d{1,2}'),
  shape('Square token', 'sq0[a-z]{3}-', WORD(22)),
  shape('Square token', 'EAAA[A-Za-z]', WORD(58)),
  shape('Airtable token', 'pat[A-Za-z0-9]{14}\\.', HEX(60), 'airtable'),
  shape('Asana token', '[12]/\\d{10,}(?:/\\d{10,})?:', HEX(30), 'asana'),
  shape('HubSpot token', 'pat-[a-z]{2}\\d-', UUID, 'hubspot'),
  shape('Cloudflare token', 'cf(?:ut|at|k)_', WORD(36), 'cloudflare'),
  shape('Netlify token', 'nf[a-z]_', LETTERS(30), 'netlify'),
  shape('Heroku key', 'HRKU-', WORD(30)),
  shape('Dynatrace token', 'dt0[a-z]\\d{2}\\.', '[A-Z0-9]{8,}\\.[A-Z0-9]{30,}'),
  shape('Mapbox token', '[st]k\\.eyJ', '[\\w-]{16,}\\.[\\w-]{16,}'),
  shape('Tavily key', 'tvly-', WORD(20)),
  shape('Firecrawl key', 'fc-', HEX(30)),
  shape('Perplexity key', 'pplx-', LETTERS(30)),
  shape('Groq key', 'gsk_', LETTERS(30)),
  shape('xAI key', 'xai-', LETTERS(40)),
  shape('Replicate token', 'r8_', LETTERS(30)),
  shape('NVIDIA key', 'nvapi-', WORD(40)),
  shape('Jina key', 'jina_', WORD(40)),
  shape('ElevenLabs key', 'sk_', HEX(40)),
  shape('Pinecone key', 'pcsk_', '\\w{30,}'),
  shape('Browserbase key', 'bb_(?:live|test)_', WORD(20)),
  shape('E2B key', 'e2b_', HEX(36)),
  shape('Apify token', 'apify_api_', LETTERS(28)),
  shape('Brave Search key', 'BSA', '[\\w-]{24,32}'),
  shape('Grafana token', 'glsa_', '[A-Za-z0-9]{30,}_[0-9a-f]{8}'),
  shape('Grafana Cloud token', 'glc_', '[A-Za-z0-9+/]{32,}={0,2}'),
  shape('Neon key', 'napi_', LETTERS(36)),
  shape('PlanetScale token', 'pscale_(?:tkn|pw|oauth)_', '[\\w.=-]{30,}'),
  shape('Doppler token', 'dp\\.(?:pt|st|ct|sa|scim|audit)\\.', '[\\w.-]{30,}'),
  shape('Vault token', 'hv[bsr]\\.', WORD(24)),
  shape('Terraform token', '[A-Za-z0-9]{14}\\.atlasv1\\.', WORD(50)),
  shape('Pulumi token', 'pul-', HEX(36)),
  shape('Docker token', 'dckr_[a-z]{3}_', WORD(20)),
  shape('RubyGems key', 'rubygems_', HEX(40)),
  shape('crates.io token', 'cio', '[A-Za-z0-9]{32}'),
  shape('NuGet key', 'oy2', '[a-z0-9]{43}'),
  shape('New Relic key', 'NRAK-', '[A-Z0-9]{27}'),
  shape('ClickUp token', 'pk_\\d+_', '[A-Z0-9]{32}'),
  shape('Typeform token', 'tfp_', WORD(40)),
  shape('Resend key', 're_', '[A-Za-z0-9]{6,}_[A-Za-z0-9]{16,}'),
  shape('LangSmith key', 'lsv2_[a-z]{2}_', '[0-9a-f]{30,}_[0-9a-f]{8,}'),
  shape('LlamaCloud key', 'llx-', LETTERS(40)),
  shape('Sourcegraph token', 'sgp_', '\\w{40,}'),
  shape('CircleCI token', 'CCI(?:PAT|PRJ)_', '[\\w-]{40,}'),
  shape('Buildkite token', 'bk[a-z]{2}_', HEX(36)),
  shape('SonarQube token', 'sq[aup]_', HEX(40)),
  shape('JFrog token', 'AKCp', LETTERS(60)),
  shape('Contentful token', 'CFPAT-', WORD(40)),
  shape('PostHog key', 'phx_', LETTERS(40)),
  shape('Logfire token', 'pylf_v\\d_[a-z]{2}_', LETTERS(40)),
  shape('Scrapfly key', 'scp-(?:live|test)-', LETTERS(28)),
  shape('Tailscale key', 'tskey-[a-z]+-', '[\\w-]{20,}'),
  shape('Fly.io token', 'fm[12]_', '[\\w+/=-]{60,}'),
  shape('Render key', 'rnd_', LETTERS(28)),
  shape('1Password service account token', 'ops_eyJ', '[\\w+/=-]{60,}'),
  shape('Axiom token', 'xa[ap]t-', UUID),
  shape('Honeycomb key', 'hc[abx][il]k_', LETTERS(40)),
  shape('Prefect key', 'pn[ub]_', LETTERS(36)),
  shape('OpenShift token', 'sha256~', WORD(40)),
  shape('Duffel token', 'duffel_(?:live|test)_', WORD(40)),
  shape('Plaid token', 'access-(?:production|development|sandbox)-', UUID),
  shape('EasyPost key', 'EZ[AT]K', LETTERS(54)),
  shape('WakaTime key', 'waka_', UUID),
  shape('Dropbox token', 'sl\\.', WORD(60)),
  shape('Adobe client secret', 'p8e-', WORD(30)),
  shape('Okta token', '00', '[A-Za-z][\\w-]{39}'),
  // In the middle of a word its header has an end: each `-eyJ` of a long row would look for its dot up to the end of the row.
  shape('JSON Web Token', '(?:(?<![_-])eyJ[\\w-]{8,}|eyJ[\\w-]{8,300})\\.', 'eyJ[\\w-]{6,}\\.[\\w-]{8,}'),
  shape('Grafana key', 'eyJrIjoi', '[\\w+/=-]{40,}'),
];

/** All shapes in one: most texts hold none of them, and one look tells. */
const ANY_SHAPE = new RegExp(
  `${BEFORE}(?:${TOKEN_SHAPES.map(({ pattern }) => pattern.source.replace(BEFORE, '').replace(AFTER, '')).join('|')})`,
);

/** Every shape but the private key's has this many characters without a blank or slash. */
const LONG_RUN = /[\w.~+=-]{16}/;

/** Whether a text may hold a token of a known shape. Quick. */
export function mayHoldToken(text: string): boolean {
  return LONG_RUN.test(text) && ANY_SHAPE.test(text);
}

/** Shapes that are meant to be public: nothing is lost when they are read. */
export function isPublicKey(value: string): boolean {
  return /^(?:pk_(?:live|test)_|pk\.eyJ|sb_publishable_|phc_|ssh-(?:rsa|ed25519) |-----BEGIN (?:[A-Z]+ )?(?:PUBLIC KEY|CERTIFICATE)-----)/.test(
    value,
  );
}
