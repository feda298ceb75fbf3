import { type NewRule, PRESETS } from '../policy/edit/presets.ts';
import type { KnownService, ServicePreset } from './knownService.ts';

/** The providers that Add Service knows, in the order of the list. Sources stand at each; read in 2026. */

const [READ_ONLY, READ_AND_WRITE, NOTHING] = PRESETS as readonly [ServicePreset, ServicePreset, ServicePreset];
const READ: NewRule = { path: '/**', methods: ['GET', 'HEAD'] };

/**
 * Reads these paths and no others. Where an API answers with credentials somewhere (variables, keys, tokens), naming what
 * is read is the only promise that holds: what is denied by name has other names, formats and newcomers.
 */
function readUsual(...paths: readonly string[]): ServicePreset {
  return { id: 'read-usual', rules: reads(paths) };
}

/** The same without what `*` would let in beside them. */
function readUsualBut(denied: readonly string[], ...paths: readonly string[]): ServicePreset {
  const deny = denied.map((path): NewRule => ({ path, effect: 'deny' }));
  return { id: 'read-usual', rules: [...reads(paths), ...deny] };
}

function reads(paths: readonly string[]): readonly NewRule[] {
  return paths.map((path) => ({ path, methods: ['GET', 'HEAD'] }));
}

/** Queries pass and mutations ask. One document with both is denied: no rule allows all of it. */
function graphql(path: string): { readonly queries: ServicePreset; readonly all: ServicePreset } {
  const rule = { path, methods: ['POST'] } as const;
  const queries: NewRule = { ...rule, graphql: { operations: ['query'] } };
  const mutations: NewRule = { ...rule, graphql: { operations: ['mutation'] }, approval: 'remember' };
  return {
    queries: { id: 'graphql-queries', rules: [queries] },
    all: { id: 'all-of-graphql', rules: [queries, mutations] },
  };
}

/** Every method on every path, and so every operation of the GraphQL API beside them. */
function readAndWriteWith(graphqlPath: string): ServicePreset {
  const rule: NewRule = { path: graphqlPath, methods: ['POST'], graphql: { operations: ['query', 'mutation'] } };
  return { id: 'read-and-write', rules: [...READ_AND_WRITE.rules, rule] };
}

const LINEAR = graphql('/graphql');
const SHOPIFY = graphql('/admin/api/*/graphql.json');

function post(...paths: readonly string[]): readonly NewRule[] {
  return paths.map((path) => ({ path, methods: ['POST'] }));
}

/** Slack's methods that only read. GET is no sign of it: Slack takes it for `chat.postMessage`, too. */
const SLACK_READS: readonly NewRule[] = [
  '/auth.test',
  '/team.info',
  '/conversations.list',
  '/conversations.info',
  '/conversations.history',
  '/conversations.replies',
  '/conversations.members',
  '/users.list',
  '/users.info',
  '/users.profile.get',
  '/usergroups.list',
  '/reactions.get',
  '/pins.list',
  '/bookmarks.list',
  '/files.list',
  '/files.info',
  '/search.messages',
].map((path) => ({ path, methods: ['GET'] }));

/**
 * Neither projects nor groups themselves: to a maintainer they show the token that registers runners
 * (https://docs.gitlab.com/api/projects/). Nor variables, triggers, runners, hooks and tokens.
 */
const GITLAB_READS = [
  '/user',
  '/search',
  '/issues',
  '/merge_requests',
  '/projects/*/search',
  '/projects/*/issues',
  '/projects/*/issues/**',
  '/projects/*/merge_requests',
  '/projects/*/merge_requests/**',
  '/projects/*/repository/**',
  '/projects/*/labels',
  '/projects/*/milestones',
  '/projects/*/members/**',
  '/projects/*/releases',
  '/projects/*/pipelines',
  '/projects/*/pipelines/*',
  '/projects/*/pipelines/*/jobs',
  '/projects/*/jobs/*',
] as const;

export const KNOWN_SERVICES: readonly KnownService[] = [
  {
    // https://docs.stripe.com/api/authentication, https://docs.stripe.com/api/balance/balance_retrieve
    id: 'stripe',
    label: 'Stripe',
    baseUrl: 'https://api.stripe.com',
    auth: { type: 'bearer' },
    verify: { method: 'GET', path: '/v1/balance' },
    keyPage: 'https://dashboard.stripe.com/apikeys',
  },
  {
    // https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api: a User-Agent is required.
    // The expiry header: https://github.blog/changelog/2021-07-26-expiration-options-for-personal-access-tokens/
    id: 'github',
    label: 'GitHub',
    baseUrl: 'https://api.github.com',
    auth: { type: 'bearer' },
    headers: { 'User-Agent': 'valet-key', 'X-GitHub-Api-Version': '2022-11-28' },
    verify: { method: 'GET', path: '/user', expiry: { header: 'github-authentication-token-expiration' } },
    keyPage: 'https://github.com/settings/tokens',
    presets: [
      READ_ONLY,
      {
        id: 'issues',
        rules: [
          READ,
          ...post('/repos/*/*/issues', '/repos/*/*/issues/*/comments', '/repos/*/*/issues/*/labels'),
          { path: '/repos/*/*/issues/*', methods: ['PATCH'] },
        ],
      },
      // https://docs.github.com/graphql/guides/forming-calls-with-graphql
      readAndWriteWith('/graphql'),
      NOTHING,
    ],
  },
  {
    // https://docs.gitlab.com/api/rest/authentication/, https://docs.gitlab.com/api/personal_access_tokens/
    id: 'gitlab',
    label: 'GitLab',
    baseUrl: 'https://gitlab.com/api/v4',
    ownHosts: '.gitlab.com',
    auth: { type: 'header', name: 'PRIVATE-TOKEN' },
    // https://docs.gitlab.com/api/rest/#namespaced-paths: a project is `group%2Fproject`, and a file in a folder is `lib%2Findex`.
    encodedSlash: true,
    verify: { method: 'GET', path: '/personal_access_tokens/self', expiry: { pointer: '/expires_at' } },
    keyPage: 'https://gitlab.com/-/user_settings/personal_access_tokens',
    presets: [
      readUsual(...GITLAB_READS),
      {
        id: 'issues',
        rules: [
          ...reads(GITLAB_READS),
          ...post('/projects/*/issues', '/projects/*/issues/*/notes'),
          { path: '/projects/*/issues/*', methods: ['PUT'] },
        ],
      },
      READ_ONLY,
      READ_AND_WRITE,
      NOTHING,
    ],
  },
  {
    // https://platform.openai.com/docs/api-reference/authentication, …/models/list
    id: 'openai',
    label: 'OpenAI',
    baseUrl: 'https://api.openai.com/v1',
    auth: { type: 'bearer' },
    verify: { method: 'GET', path: '/models' },
    keyPage: 'https://platform.openai.com/api-keys',
    presets: [
      READ_ONLY,
      {
        id: 'use-models',
        rules: [
          { path: '/models', methods: ['GET'] },
          { path: '/models/*', methods: ['GET'] },
          ...post('/responses', '/chat/completions', '/embeddings', '/moderations'),
        ],
      },
      READ_AND_WRITE,
      NOTHING,
    ],
  },
  {
    // https://docs.claude.com/en/api/overview (x-api-key and anthropic-version on every request), …/api/models-list
    id: 'anthropic',
    label: 'Anthropic',
    baseUrl: 'https://api.anthropic.com',
    auth: { type: 'header', name: 'x-api-key' },
    headers: { 'anthropic-version': '2023-06-01' },
    verify: { method: 'GET', path: '/v1/models' },
    keyPage: 'https://console.anthropic.com/settings/keys',
    presets: [
      READ_ONLY,
      {
        id: 'use-models',
        rules: [
          { path: '/v1/models', methods: ['GET'] },
          { path: '/v1/models/*', methods: ['GET'] },
          ...post('/v1/messages', '/v1/messages/count_tokens'),
        ],
      },
      READ_AND_WRITE,
      NOTHING,
    ],
  },
  {
    // https://docs.slack.dev/apis/web-api/, https://docs.slack.dev/reference/methods/auth.test (200 with `ok: false`)
    id: 'slack',
    label: 'Slack',
    baseUrl: 'https://slack.com/api',
    auth: { type: 'bearer' },
    verify: { method: 'GET', path: '/auth.test', proof: '/ok' },
    keyPage: 'https://api.slack.com/apps',
    presets: [
      { id: 'read-messages', rules: SLACK_READS },
      { id: 'post-messages', rules: [...SLACK_READS, ...post('/chat.postMessage', '/chat.update', '/reactions.add')] },
      READ_AND_WRITE,
      NOTHING,
    ],
  },
  {
    // https://linear.app/developers/graphql: personal keys go without `Bearer`, and everything is POST /graphql
    id: 'linear',
    label: 'Linear',
    baseUrl: 'https://api.linear.app',
    auth: { type: 'header', name: 'Authorization' },
    verify: { method: 'POST', path: '/graphql', json: { query: '{ viewer { id } }' } },
    keyPage: 'https://linear.app/settings/account/security',
    presets: [LINEAR.queries, LINEAR.all, NOTHING],
  },
  {
    // https://shopify.dev/docs/api/admin-graphql#authentication, …/docs/api/usage/versioning: a version lasts a year
    id: 'shopify',
    label: 'Shopify',
    baseUrl: 'https://your-store.myshopify.com',
    ownHosts: '.myshopify.com',
    auth: { type: 'header', name: 'X-Shopify-Access-Token' },
    verify: { method: 'POST', path: '/admin/api/2026-10/graphql.json', json: { query: '{ shop { name } }' } },
    keyPage: 'https://admin.shopify.com/settings/apps/development',
    presets: [SHOPIFY.queries, SHOPIFY.all, NOTHING],
  },
  {
    // https://developers.notion.com/reference/authentication, …/reference/versioning, …/reference/get-self
    id: 'notion',
    label: 'Notion',
    baseUrl: 'https://api.notion.com',
    auth: { type: 'bearer' },
    headers: { 'Notion-Version': '2026-03-11' },
    verify: { method: 'GET', path: '/v1/users/me' },
    keyPage: 'https://www.notion.so/profile/integrations',
    presets: [
      {
        id: 'read-and-search',
        rules: [READ, ...post('/v1/search', '/v1/databases/*/query', '/v1/data_sources/*/query')],
      },
      READ_ONLY,
      READ_AND_WRITE,
      NOTHING,
    ],
  },
  {
    // https://developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis/, …/rest/v3/api-group-myself/
    id: 'jira',
    label: 'Jira',
    baseUrl: 'https://your-site.atlassian.net',
    ownHosts: '.atlassian.net',
    auth: { type: 'basic' },
    username: 'email',
    verify: { method: 'GET', path: '/rest/api/3/myself' },
    keyPage: 'https://id.atlassian.com/manage-profile/security/api-tokens',
    presets: [
      {
        id: 'read-and-search',
        rules: [READ, ...post('/rest/api/3/search/jql', '/rest/api/3/search/approximate-count')],
      },
      {
        id: 'issues',
        rules: [
          READ,
          ...post('/rest/api/3/search/jql', '/rest/api/3/issue', '/rest/api/3/issue/*/comment'),
          { path: '/rest/api/3/issue/*', methods: ['PUT'] },
        ],
      },
      READ_AND_WRITE,
      NOTHING,
    ],
  },
  {
    // https://docs.sentry.io/api/auth/, https://docs.sentry.io/api/users/retrieve-the-current-credentials/
    id: 'sentry',
    label: 'Sentry',
    baseUrl: 'https://sentry.io/api/0',
    ownHosts: '.sentry.io',
    auth: { type: 'bearer' },
    verify: { method: 'GET', path: '/' },
    keyPage: 'https://sentry.io/settings/account/api/auth-tokens/',
  },
  {
    // https://developers.cloudflare.com/fundamentals/api/how-to/make-api-calls/, …/api/resources/user/subresources/tokens/methods/verify/
    id: 'cloudflare',
    label: 'Cloudflare',
    baseUrl: 'https://api.cloudflare.com/client/v4',
    auth: { type: 'bearer' },
    verify: {
      method: 'GET',
      path: '/user/tokens/verify',
      proof: '/success',
      expiry: { pointer: '/result/expires_on' },
    },
    keyPage: 'https://dash.cloudflare.com/profile/api-tokens',
    // https://developers.cloudflare.com/analytics/graphql-api/
    presets: [READ_ONLY, readAndWriteWith('/graphql'), NOTHING],
  },
  {
    // https://vercel.com/docs/rest-api, https://vercel.com/docs/rest-api/reference/endpoints/user/get-the-user. The
    // provider's own command line takes 403 for a wrong token, which one without the scope gets, too:
    // https://github.com/vercel/vercel/blob/main/packages/cli/src/util/get-user.ts
    id: 'vercel',
    label: 'Vercel',
    baseUrl: 'https://api.vercel.com',
    auth: { type: 'bearer' },
    verify: { method: 'GET', path: '/v2/user', vague403: true },
    keyPage: 'https://vercel.com/account/settings/tokens',
    presets: [
      // Neither projects nor teams: variables, the secret that bypasses a protection, and invitation codes come with them. Nor
      // aliases: their shareable links open what is protected (https://vercel.com/docs/rest-api/aliases/get-an-alias).
      readUsual(
        '/*/user',
        '/*/deployments',
        '/*/deployments/*',
        '/*/deployments/*/events',
        '/*/domains',
        '/*/domains/*',
        '/*/domains/*/records',
        '/*/domains/*/config',
      ),
      READ_ONLY,
      READ_AND_WRITE,
      NOTHING,
    ],
  },
  {
    // https://docs.digitalocean.com/reference/api/
    id: 'digitalocean',
    label: 'DigitalOcean',
    baseUrl: 'https://api.digitalocean.com',
    auth: { type: 'bearer' },
    verify: { method: 'GET', path: '/v2/account' },
    keyPage: 'https://cloud.digitalocean.com/account/api/tokens',
    presets: [
      // Not databases, apps, functions and registries: passwords, variables, keys and log-ins come with them.
      readUsualBut(
        // The templates of autoscale pools hold the `user_data` of droplets, with which they set themselves up.
        ['/v2/droplets/autoscale'],
        '/v2/account',
        '/v2/actions/**',
        '/v2/actions',
        '/v2/regions',
        '/v2/sizes',
        '/v2/images',
        '/v2/images/*',
        '/v2/droplets',
        '/v2/droplets/*',
        '/v2/droplets/*/actions',
        '/v2/volumes',
        '/v2/volumes/*',
        '/v2/domains',
        '/v2/domains/**',
        '/v2/firewalls',
        '/v2/load_balancers',
        '/v2/projects',
        '/v2/projects/*/resources',
        '/v2/kubernetes/clusters',
        '/v2/kubernetes/clusters/*/node_pools',
      ),
      READ_ONLY,
      READ_AND_WRITE,
      NOTHING,
    ],
  },
  {
    // https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/authentication, …/api-key-permissions
    id: 'sendgrid',
    label: 'SendGrid',
    baseUrl: 'https://api.sendgrid.com',
    auth: { type: 'bearer' },
    verify: { method: 'GET', path: '/v3/scopes' },
    keyPage: 'https://app.sendgrid.com/settings/api_keys',
  },
  {
    // https://airtable.com/developers/web/api/authentication, …/api/get-user-id-scopes
    id: 'airtable',
    label: 'Airtable',
    baseUrl: 'https://api.airtable.com',
    auth: { type: 'bearer' },
    verify: { method: 'GET', path: '/v0/meta/whoami' },
    keyPage: 'https://airtable.com/create/tokens',
  },
  {
    // https://developers.hubspot.com/docs/apps/legacy-apps/private-apps/overview, …/docs/api-reference/account-account-info-v3/
    id: 'hubspot',
    label: 'HubSpot',
    baseUrl: 'https://api.hubapi.com',
    auth: { type: 'bearer' },
    verify: { method: 'GET', path: '/account-info/v3/details' },
    keyPage: 'https://developers.hubspot.com/docs/apps/legacy-apps/private-apps/overview',
    presets: [
      { id: 'read-and-search', rules: [READ, ...post('/crm/v3/objects/*/search', '/crm/v3/objects/*/batch/read')] },
      READ_ONLY,
      READ_AND_WRITE,
      NOTHING,
    ],
  },
  {
    // https://developer.pagerduty.com/docs/authentication (`Token token=`), …/api-reference (GET /abilities takes any key)
    id: 'pagerduty',
    label: 'PagerDuty',
    baseUrl: 'https://api.pagerduty.com',
    auth: { type: 'header', name: 'Authorization', prefix: 'Token token=' },
    verify: { method: 'GET', path: '/abilities' },
    keyPage: 'https://support.pagerduty.com/main/docs/api-access-keys',
  },
  {
    // https://supabase.com/docs/reference/api/introduction
    id: 'supabase',
    label: 'Supabase',
    baseUrl: 'https://api.supabase.com',
    auth: { type: 'bearer' },
    verify: { method: 'GET', path: '/v1/projects' },
    keyPage: 'https://supabase.com/dashboard/account/tokens',
    presets: [
      // Not branches, keys, secrets, PostgREST, pgsodium and settings: passwords and signing keys come with them.
      readUsual(
        '/v1/organizations',
        '/v1/organizations/*',
        '/v1/projects',
        '/v1/projects/*',
        '/v1/projects/*/health',
        '/v1/projects/*/functions',
        '/v1/projects/*/functions/*',
        '/v1/projects/*/types/typescript',
        '/v1/projects/*/advisors/*',
        '/v1/projects/*/upgrade/status',
      ),
      READ_ONLY,
      READ_AND_WRITE,
      NOTHING,
    ],
  },
  {
    // https://www.twilio.com/docs/usage/requests-to-twilio, https://www.twilio.com/docs/iam/api
    id: 'twilio',
    label: 'Twilio',
    baseUrl: 'https://api.twilio.com',
    auth: { type: 'basic' },
    username: 'account-sid',
    verify: { method: 'GET', path: '/2010-04-01/Accounts.json?PageSize=1' },
    keyPage: 'https://console.twilio.com/us1/account/keys-credentials/api-keys',
    presets: [
      // Not the accounts themselves: they come with their auth tokens, in every format. Nor phone numbers and usage triggers:
      // they come with the URLs of webhooks, in which a user name and a password may stand.
      readUsual(
        '/2010-04-01/Accounts/*/Messages.json',
        '/2010-04-01/Accounts/*/Messages/**',
        '/2010-04-01/Accounts/*/Calls.json',
        '/2010-04-01/Accounts/*/Calls/*',
        '/2010-04-01/Accounts/*/Conferences.json',
        '/2010-04-01/Accounts/*/Conferences/**',
        '/2010-04-01/Accounts/*/Recordings.json',
        '/2010-04-01/Accounts/*/Recordings/**',
        '/2010-04-01/Accounts/*/AvailablePhoneNumbers/**',
        '/2010-04-01/Accounts/*/Usage/Records.json',
        '/2010-04-01/Accounts/*/Usage/Records/**',
        '/2010-04-01/Accounts/*/Balance.json',
      ),
      READ_ONLY,
      READ_AND_WRITE,
      NOTHING,
    ],
  },
  {
    // https://developers.figma.com/docs/rest-api/authentication/, …/rest-api/users-endpoints/: 403 for a wrong token, and
    // for one that lacks a scope
    id: 'figma',
    label: 'Figma',
    baseUrl: 'https://api.figma.com',
    auth: { type: 'header', name: 'X-Figma-Token' },
    verify: { method: 'GET', path: '/v1/me', vague403: true },
    keyPage: 'https://www.figma.com/settings',
  },
  {
    // https://docs.netlify.com/api-and-cli-guides/api-guides/get-started-with-api/
    id: 'netlify',
    label: 'Netlify',
    baseUrl: 'https://api.netlify.com/api/v1',
    auth: { type: 'bearer' },
    headers: { 'User-Agent': 'valet-key' },
    verify: { method: 'GET', path: '/user' },
    keyPage: 'https://app.netlify.com/user/applications#personal-access-tokens',
    presets: [
      // Neither sites, deploys nor accounts: a site comes with its password, build variables and hooks, a deploy with a token
      // for its log (https://github.com/netlify/open-api), an account with the variables that all of its sites share
      // (`site_env`: https://github.com/netlify/build, packages/config).
      readUsual(
        '/user',
        '/sites/*/builds',
        '/sites/*/files',
        '/sites/*/forms',
        '/sites/*/submissions',
        '/forms/*/submissions',
        '/dns_zones',
        '/dns_zones/**',
      ),
      READ_ONLY,
      READ_AND_WRITE,
      NOTHING,
    ],
  },
  {
    // https://developers.asana.com/docs/personal-access-token, …/reference/getuser
    id: 'asana',
    label: 'Asana',
    baseUrl: 'https://app.asana.com/api/1.0',
    auth: { type: 'bearer' },
    verify: { method: 'GET', path: '/users/me' },
    keyPage: 'https://app.asana.com/0/my-apps',
  },
  {
    // With a personal or service access token: one value and a bearer, where Datadog's application keys need an API key
    // beside them. https://docs.datadoghq.com/account_management/personal-access-tokens/ (each site has its own host);
    // 403 for a wrong token and for one without the scope: https://docs.datadoghq.com/api/latest/users/
    id: 'datadog',
    label: 'Datadog',
    baseUrl: 'https://api.datadoghq.com',
    ownHosts: '.datadoghq.com',
    auth: { type: 'bearer' },
    verify: { method: 'GET', path: '/api/v2/users', vague403: true },
    keyPage: 'https://app.datadoghq.com/personal-settings/access-tokens',
    presets: [
      // Not keys, shared dashboards, Synthetics, webhooks and integrations: keys, links that open and headers come with them.
      readUsual(
        '/api/v1/validate',
        '/api/v1/query',
        '/api/v1/metrics',
        '/api/v1/metrics/*',
        '/api/v2/metrics',
        '/api/v1/events',
        '/api/v1/events/*',
        '/api/v2/events',
        '/api/v1/hosts',
        '/api/v1/monitor',
        '/api/v1/monitor/*',
        '/api/v1/dashboard',
        '/api/v1/dashboard/*',
        '/api/v1/slo',
        '/api/v1/slo/*',
        '/api/v2/downtime',
        '/api/v2/incidents',
        '/api/v2/incidents/*',
        '/api/v2/logs/events',
        '/api/v2/users',
      ),
      READ_ONLY,
      READ_AND_WRITE,
      NOTHING,
    ],
  },
  {
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html; 403 for a wrong key and for one that may not
    // list: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    id: 'amazon-s3',
    label: 'Amazon S3',
    baseUrl: 'https://s3.us-east-1.amazonaws.com',
    ownHosts: '.amazonaws.com',
    ownHostsStart: 's3.',
    auth: { type: 'aws-sigv4', region: 'us-east-1', service: 's3' },
    verify: { method: 'GET', path: '/', vague403: true },
    keyPage: 'https://console.aws.amazon.com/iam/home#/security_credentials',
  },
];
