import type { Fakes } from './fakes.ts';

/** Files by their paths, each with its servers. */
export interface Deployment {
  readonly label: string;
  readonly files: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const FILE = '/w/.mcp.json';

export function two(
  secret: string,
  first: string,
  second: string,
  ...env: readonly Readonly<Record<string, string>>[]
): Deployment {
  const server = (more: Readonly<Record<string, string>> = {}): unknown => ({
    command: 's',
    env: { API_TOKEN: secret, ...more },
  });
  return {
    label: `${first} ${second} ${JSON.stringify(env)}`,
    files: { [FILE]: { [first]: server(env[0]), [second]: server(env[1]) } },
  };
}

export function folders(secret: string, ...paths: readonly string[]): Deployment {
  const server = { command: 's', env: { API_TOKEN: secret } };
  return { label: paths.join(' '), files: Object.fromEntries(paths.map((path) => [path, { api: server }])) };
}

export function one(label: string, servers: Readonly<Record<string, unknown>>): Deployment {
  return { label, files: { [FILE]: servers } };
}

/** One credential, or a live one, serves two environments. */
export function shared(f: Fakes): Deployment[] {
  const secret = f.letters(36);
  const live = ['sk', '_live_', f.letters(24)].join('');
  return [
    ...(
      [
        ['jira-dev', 'jira-prod'],
        ['prod-db', 'dev-db'],
        ['dbProd', 'dbDev'],
        ['Jira (staging)', 'Jira (production)'],
        ['jira_nonprod', 'jira_prod'],
        ['jira-non-prod', 'jira-production'],
        ['jira-pre-prod', 'jira-prod'],
        ['jira-preprod', 'jira-prod'],
        ['api-acc', 'api-prod'],
        ['api-acceptance', 'api-production'],
        ['api-uat', 'api-live'],
        ['api-int', 'api-prod'],
        ['api-sandbox', 'api-live'],
        ['api-demo', 'api-prod'],
        ['api-preview', 'api-prod'],
        ['api-dev2', 'api-prod1'],
        ['api-stg', 'api-prd'],
        ['stage-api', 'prod-api'],
        ['apidev', 'apiprod'],
        ['api-qa', 'api-prod'],
        ['api-test', 'api-prod'],
        ['api-ci', 'api-production'],
        ['api-local', 'api-prod'],
        ['api-canary', 'api-prod'],
        ['api-beta', 'api-production'],
        ['api-producao', 'api-homologacao'],
        ['api-abnahme', 'api-prod'],
        ['api-recette', 'api-production'],
      ] as const
    ).map(([first, second]) => two(secret, first, second)),
    two(secret, 'a', 'b', { NODE_ENV: 'production' }, { NODE_ENV: 'test' }),
    two(secret, 'a', 'b', { APP_ENV: 'prod' }, { APP_ENV: 'uat' }),
    two(secret, 'a', 'b', { ENVIRONMENT: 'production' }, { ENVIRONMENT: 'development' }),
    two(secret, 'a', 'b', { ASPNETCORE_ENVIRONMENT: 'Production' }, { ASPNETCORE_ENVIRONMENT: 'Development' }),
    two(secret, 'a', 'b', { SPRING_PROFILES_ACTIVE: 'prod' }, { SPRING_PROFILES_ACTIVE: 'dev' }),
    folders(secret, '/w/apps/prod/.mcp.json', '/w/apps/dev/.mcp.json'),
    folders(secret, '/w/envs/staging/.cursor/mcp.json', '/w/envs/production/.cursor/mcp.json'),
    folders(secret, '/w/deploy-prod/.mcp.json', '/w/deploy-test/.mcp.json'),
    one('variables', { s: { command: 's', env: { PROD_TOKEN: secret, STAGING_TOKEN: secret } } }),
    one('variables at the end', { s: { command: 's', env: { TOKEN_LIVE: secret, TOKEN_TEST: secret } } }),
    one('options', {
      a: { command: 's', args: ['--env', 'production'], env: { TOKEN: secret } },
      b: { command: 's', args: ['--env', 'staging'], env: { TOKEN: secret } },
    }),
    one('options with =', {
      a: { command: 's', args: ['--environment=prod'], env: { TOKEN: secret } },
      b: { command: 's', args: ['--environment=dev'], env: { TOKEN: secret } },
    }),
    one('hosts', {
      a: { url: 'https://api.dev.corp.internal/mcp', headers: { 'X-Api-Key': secret } },
      b: { url: 'https://api.prod.corp.internal/mcp', headers: { 'X-Api-Key': secret } },
    }),
    one('hosts of connection strings', {
      a: { command: 's', args: [`postgresql://u:${secret}@prod-db.corp/x`] },
      b: { command: 's', args: [`postgresql://u:${secret}@staging-db.corp/x`] },
    }),
    one('a live key in development', { 'pay-dev': { command: 's', env: { STRIPE_SECRET_KEY: live } } }),
    one('a live key under test', { pay: { command: 's', env: { STRIPE_SECRET_KEY: live, NODE_ENV: 'test' } } }),
    one('a live mode in staging', {
      'pay-staging': { command: 's', env: { ADYEN_API_KEY: secret, ADYEN_ENVIRONMENT: 'live' } },
    }),
    one('a live mode in the sandbox', {
      'paypal-sandbox': { command: 's', env: { PAYPAL_SECRET: secret, PAYPAL_MODE: 'LIVE' } },
    }),
  ];
}

/** Names that say nothing of environments, and environments that share nothing. */
export function separate(f: Fakes): Deployment[] {
  const secret = f.letters(36);
  const other = f.letters(36);
  return [
    ...(
      [
        ['github-a', 'github-b'],
        ['github-prod', 'jira-production'],
        ['github-dev', 'jira-development'],
        ['vitest-runner', 'browser-live'],
        ['cypress-test', 'live-share'],
        ['github-ci', 'live-reload'],
        ['qa-agent', 'test-agent'],
        ['stage-plan', 'dev-docs'],
        ['local-files', 'prod-runbook'],
        ['devtools', 'prod-runbook'],
        ['latest-news', 'products'],
        ['contest-api', 'products-api'],
        ['test-runner', 'production-planning'],
        ['demo-recorder', 'live-captions'],
        ['preview-server', 'test-server-tools'],
        ['integration-hub', 'prod-hub-x'],
        ['beta-club', 'live-club-b'],
        ['sandbox-exec', 'live-exec-log'],
        ['non-prod', 'nonprod'],
        ['preprod', 'staging'],
        ['dev1', 'dev2'],
      ] as const
    ).map(([first, second]) => two(secret, first, second)),
    one('different values', {
      'api-dev': { command: 's', env: { TOKEN: secret } },
      'api-prod': { command: 's', env: { TOKEN: other } },
    }),
    one('references', {
      'api-dev': { command: 's', env: { TOKEN: `${'$'}{TOKEN}` } },
      'api-prod': { command: 's', env: { TOKEN: `${'$'}{TOKEN}` } },
    }),
    folders(secret, '/home/me/dev/a/.mcp.json', '/home/me/dev/b/.mcp.json'),
    folders(secret, '/home/me/dev/shop/.mcp.json', '/home/me/code/live/.mcp.json'),
    one('a web host', {
      a: { url: 'https://mcp.sentry.dev/mcp', headers: { 'X-Api-Key': secret } },
      b: { url: 'https://live.example.org/mcp', headers: { 'X-Api-Key': secret } },
    }),
    one('production alone', { 'api-prod': { command: 's', env: { TOKEN: secret, NODE_ENV: 'production' } } }),
  ];
}
