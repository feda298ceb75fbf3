import { describe, expect, it } from 'vitest';
import { randomText } from './randomText.ts';
import { found, read } from './support.ts';

const secret = randomText(36);
const live = ['sk', '_live_', randomText(24)].join('');

type Servers = Readonly<Record<string, unknown>>;

function six(...files: readonly (readonly [path: string, servers: Servers])[]): string[] {
  const codes = found(
    files.map(([path, mcpServers]) => read(JSON.stringify({ mcpServers }), { path })),
    6,
  );
  return codes.map((text) => text.split(' ')[0] ?? '');
}

const two = (first: string, second: string, a: Servers = {}, b: Servers = {}): string[] =>
  six([
    '/w/.mcp.json',
    { [first]: { env: { API_TOKEN: secret, ...a } }, [second]: { env: { API_TOKEN: secret, ...b } } },
  ]);

describe('check 6 tells environments by words', () => {
  it.each([
    ['api-non-prod', 'api-prod'],
    ['api-nonprod', 'api-prod'],
    ['api-pre-prod', 'api-production'],
    ['api-dev1', 'api-prod1'],
    ['apidev', 'apiprod'],
    ['dbDev', 'dbProd'],
    ['api-acceptance', 'api-prod'],
    ['api-integration', 'api-prod'],
    ['api-demo', 'api-live'],
    ['api-beta', 'api-prod'],
    ['api-qa', 'api-prod'],
    ['api-homologação', 'api-produção'],
    ['github-dev', 'jira-prod'],
  ])('%s and %s', (first, second) => {
    expect(two(first, second)).toEqual(['shared-between-environments']);
  });

  it.each([
    ['playwright-test', 'vscode-live-preview'],
    ['github-ci', 'live-docs'],
    ['qa-bot', 'test-bot'],
    ['stage-lights', 'dev-notes'],
    ['local-github', 'prod-notes'],
    ['non-prod', 'nonprod'],
    ['dev1', 'dev2'],
    ['latest-news', 'products'],
    ['contest-api', 'devtools-api'],
  ])('and not %s and %s', (first, second) => {
    expect(two(first, second)).toEqual([]);
  });

  it.each<[Servers, Servers]>([
    [{ NODE_ENV: 'production' }, { NODE_ENV: 'test' }],
    [{ SPRING_PROFILES_ACTIVE: 'prod' }, { SPRING_PROFILES_ACTIVE: 'dev' }],
    [{ API_ENVIRONMENT: 'live' }, { API_ENVIRONMENT: 'sandbox' }],
  ])('by settings: %j and %j', (a, b) => {
    expect(two('a', 'b', a, b)).toEqual(['shared-between-environments']);
  });

  it.each([
    { a: ['--env', 'production'], b: ['--env', 'staging'] },
    { a: ['--environment=prod'], b: ['--environment=dev'] },
  ])('by options: %j', ({ a, b }) => {
    const servers = { a: { args: a, env: { API_TOKEN: secret } }, b: { args: b, env: { API_TOKEN: secret } } };
    expect(six(['/w/.mcp.json', servers])).toEqual(['shared-between-environments']);
  });

  it('by hosts', () => {
    const url = (host: string): Servers => ({ url: `https://${host}/mcp`, headers: { 'X-Api-Key': secret } });
    const hosts = (first: string, second: string): string[] => six(['/w/.mcp.json', { a: url(first), b: url(second) }]);
    expect(hosts('api.dev.corp.internal', 'api.prod.corp.internal')).toEqual(['shared-between-environments']);
    expect(hosts('mcp.sentry.dev', 'live.example.org')).toEqual([]);
    const database = (host: string): Servers => ({ args: [`postgresql://u:${secret}@${host}/x`] });
    expect(six(['/w/.mcp.json', { a: database('prod-db.corp'), b: database('stg-db.corp') }])).toHaveLength(1);
  });

  it('by paths of addresses that are alike otherwise', () => {
    const url = (path: string): Servers => ({ url: `https://mcp.corp.de${path}`, headers: { 'X-Api-Key': secret } });
    const paths = (first: string, second: string): string[] => six(['/w/.mcp.json', { a: url(first), b: url(second) }]);
    expect(paths('/dev/mcp', '/prod/mcp')).toEqual(['shared-between-environments']);
    expect(paths('/dev-docs/mcp', '/live-search/mcp')).toEqual([]);
  });

  it.each(['tst', 'rc', 'sit', 'lab', 'nightly', 'trial', 'perf', 'e2e', 'ppe', 'hml', 'alpha', 'training'])(
    'by %s where the names are the same otherwise',
    (word) => {
      expect(two(`shop-${word}`, 'shop-prod')).toEqual(['shared-between-environments']);
      expect(two(`${word}-notes`, 'prod-runbook')).toEqual([]);
    },
  );

  it('by folders that are alike otherwise', () => {
    const api = { api: { env: { API_TOKEN: secret } } };
    expect(six(['/w/apps/prod/.mcp.json', api], ['/w/apps/dev/.mcp.json', api])).toHaveLength(1);
    expect(six(['/w/deploy-test/.mcp.json', api], ['/w/deploy-prod/.mcp.json', api])).toHaveLength(1);
    expect(six(['/home/me/dev/a/.mcp.json', api], ['/home/me/dev/b/.mcp.json', api])).toEqual([]);
    expect(six(['/home/me/dev/shop/.mcp.json', api], ['/home/me/code/live/.mcp.json', api])).toEqual([]);
  });

  it.each<[string, Servers]>([
    ['pay-dev', { STRIPE_SECRET_KEY: live }],
    ['pay', { STRIPE_SECRET_KEY: live, NODE_ENV: 'test' }],
    ['paypal-dev', { PAYPAL_SECRET: secret, PAYPAL_ENVIRONMENT: 'LIVE' }],
    ['paypal-sandbox', { PAYPAL_SECRET: secret, PAYPAL_MODE: 'live' }],
  ])('and a live key or mode outside of production: %s %#', (name, env) => {
    expect(six(['/w/.mcp.json', { [name]: { env } }])).toEqual(['live-key-outside-production']);
  });

  it.each<[string, Servers]>([
    ['pay-prod', { STRIPE_SECRET_KEY: live }],
    ['pay-dev', { TOKEN: secret, NODE_ENV: 'production' }],
  ])('but no other one: %s %#', (name, env) => {
    expect(six(['/w/.mcp.json', { [name]: { env } }])).toEqual([]);
  });
});
