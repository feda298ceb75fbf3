import { describe, expect, test } from 'vitest';
import { compileService, decide } from '../../../src/core/policy/decide/decide.ts';
import { withService } from '../../../src/core/policy/edit/serviceWriter.ts';
import type { Service } from '../../../src/core/policy/model/service.ts';
import { parsePolicy } from '../../../src/core/policy/read/parse.ts';
import { canonicalise } from '../../../src/core/request/canonicalise.ts';
import { findKnownService, type KnownService, presetsOf } from '../../../src/core/services/knownService.ts';
import { KNOWN_SERVICES } from '../../../src/core/services/knownServices.ts';

/** The service as Add Service would write it with this preset, parsed again without any problem. */
function written(known: KnownService, presetIndex: number): Service {
  const text = withService(undefined, {
    name: known.id,
    baseUrl: known.baseUrl,
    ...(known.encodedSlash ? { encodedSlash: known.encodedSlash } : {}),
    auth: known.username && known.auth.type === 'basic' ? { ...known.auth, username: 'someone' } : known.auth,
    ...(known.headers ? { headers: known.headers } : {}),
    rules: presetsOf(known)[presetIndex]?.rules ?? [],
  });
  const { policy, problems } = parsePolicy(text);
  const allowed = presetsOf(known)[presetIndex]?.id === 'nothing' ? ['no-policies'] : [];
  expect(problems.map(({ code }) => code)).toEqual(allowed);
  const service = policy?.services.get(known.id);
  if (!service) throw new Error(`${known.id} did not parse`);
  return service;
}

function verdict(service: Service, method: string, path: string): string {
  const request = canonicalise({ service: service.name, method, path }, service);
  if (!request.ok) return request.error.code;
  return decide(compileService(service), request.value).verdict;
}

function named(id: string): KnownService {
  const known = KNOWN_SERVICES.find((service) => service.id === id);
  if (!known) throw new Error(`${id} is not known`);
  return known;
}

test('at least fifteen are known, each once, and the ones that people ask for first', () => {
  const ids = KNOWN_SERVICES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThanOrEqual(15);
  expect(ids).toEqual(expect.arrayContaining(['stripe', 'github', 'gitlab', 'openai', 'anthropic', 'slack', 'linear']));
});

describe.each(KNOWN_SERVICES.map((known) => [known.id, known] as const))('%s', (_id, known) => {
  const presets = presetsOf(known).map(({ id }, index) => [id, index] as const);

  test.each(presets)('with %s is written and parses without any problem', (_preset, index) => {
    const service = written(known, index);
    expect(service.rules).toHaveLength(presetsOf(known)[index]?.rules.length ?? -1);
    expect(service.headers.set.map(([name]) => name)).toEqual(
      Object.keys(known.headers ?? {}).map((name) => name.toLowerCase()),
    );
  });

  test.each(presets)('with %s allows, or asks about, a plain call by each rule that grants one', (_preset, index) => {
    const service = written(known, index);
    for (const { path, effect, methods = [] } of presetsOf(known)[index]?.rules ?? []) {
      if (effect === 'deny') continue;
      for (const method of methods) {
        const plain = path.replaceAll('**', 'x').replaceAll('*', 'x');
        const json = /graphql/.test(path) && method === 'POST' ? { query: '{ viewer { id } }' } : undefined;
        const request = canonicalise({ service: known.id, method, path: plain, ...(json && { json }) }, service);
        const got = request.ok ? decide(compileService(service), request.value).verdict : request.error.code;
        expect([method, plain, got]).not.toEqual([method, plain, 'deny']);
        expect([method, plain, request.ok]).toEqual([method, plain, true]);
      }
    }
  });

  test('is found again by the base URL that is written', () => {
    expect(findKnownService(written(known, 0), KNOWN_SERVICES)?.id).toBe(known.id);
  });

  test('has a verifying request that can be sent, and is https throughout', () => {
    const { method, path, json } = known.verify;
    const input = { service: known.id, method, path, ...(json === undefined ? {} : { json }) };
    expect(canonicalise(input, written(known, 0))).toMatchObject({ ok: true });
    // Harmless: nothing but a GraphQL query is sent by POST.
    if (method === 'POST') expect(json).toEqual({ query: expect.stringMatching(/^\{/) });
    expect(new URL(known.keyPage).protocol).toBe('https:');
    expect(new URL(known.baseUrl).protocol).toBe('https:');
  });

  test('changes nothing by default', () => {
    const service = written(known, 0);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect(verdict(service, method, '/v1/anything')).toBe('deny');
      expect(verdict(service, method, '/graphql')).toBe('deny');
    }
  });
});

describe('presets', () => {
  test('Slack’s reading ones do not let a message be sent with GET', () => {
    const service = written(named('slack'), 0);
    expect(verdict(service, 'GET', '/conversations.history')).toBe('allow');
    for (const method of ['GET', 'POST']) expect(verdict(service, method, '/chat.postMessage')).toBe('deny');
    expect(verdict(written(named('slack'), 1), 'POST', '/chat.postMessage')).toBe('allow');
  });

  test.each(['openai', 'anthropic'])('using models of %s is using them and nothing else', (id) => {
    const known = named(id);
    const service = written(
      known,
      presetsOf(known).findIndex((preset) => preset.id === 'use-models'),
    );
    const other = [
      'files',
      'files/1/content',
      'batches',
      'organization/admin_api_keys',
      'vector_stores',
      'responses/r',
    ];
    for (const path of other) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        for (const target of [`/${path}`, `/v1/${path}`, `/v1/organizations/${path}`]) {
          expect([method, target, verdict(service, method, target)]).toEqual([method, target, 'deny']);
        }
      }
    }
  });

  describe('reading the usual data', () => {
    /** What each is good for, and what answers with credentials by the provider's own documentation. */
    const cases: Readonly<Record<string, { readonly reads: readonly string[]; readonly secrets: readonly string[] }>> =
      {
        gitlab: {
          reads: ['/projects/1/issues', '/projects/1/merge_requests/2/notes', '/projects/1/repository/files/a/raw'],
          secrets: [
            ...['/projects', '/projects/1', '/groups/1', '/projects/1/variables', '/projects/1/variables/KEY'],
            ...[
              '/groups/1/variables',
              '/admin/ci/variables',
              '/projects/1/triggers',
              '/projects/1/hooks',
              '/runners/1',
            ],
            ...['/projects/1/deploy_tokens', '/projects/1/access_tokens', '/personal_access_tokens', '/feed_tokens'],
            ...['/projects/1/pipelines/2/variables', '/projects/1/pipeline_schedules/3', '/projects/1/secure_files'],
            ...[
              '/projects/1/integrations/slack',
              '/projects/1/cluster_agents/1/tokens',
              '/users/1/impersonation_tokens',
            ],
            ...['/projects/1/remote_mirrors', '/projects/1/terraform/state/x', '/application/settings'],
          ],
        },
        vercel: {
          reads: ['/v6/deployments', '/v13/deployments/d', '/v4/domains/d.example/records'],
          secrets: [
            ...[
              '/v9/projects',
              '/v9/projects/p',
              '/v9/projects/p/env',
              '/v10/projects/p/env/id',
              '/v1/env',
              '/v2/teams',
            ],
            ...['/v1/edge-config/ecfg_1/tokens', '/v1/edge-config/ecfg_1/token/t', '/v5/user/tokens', '/v1/webhooks'],
            ...['/v4/aliases', '/v4/aliases/a.example', '/v2/deployments/d/aliases', '/v1/projects/p/promote/aliases'],
            ...['/v1/storage/stores', '/v1/integrations/configurations', '/v1/log-drains', '/v1/domains/d/auth-code'],
          ],
        },
        digitalocean: {
          reads: ['/v2/droplets', '/v2/droplets/1', '/v2/domains/d.example/records', '/v2/kubernetes/clusters'],
          secrets: [
            ...[
              '/v2/droplets/autoscale',
              '/v2/databases',
              '/v2/databases/d',
              '/v2/databases/d/users',
              '/v2/databases/d/ca',
              '/v2/apps',
              '/v2/apps/a',
            ],
            ...['/v2/kubernetes/clusters/c/kubeconfig', '/v2/kubernetes/clusters/c/credentials'],
            ...['/v2/registry/docker-credentials', '/v2/registries/r/docker-credentials', '/v2/functions/namespaces/n'],
            ...['/v2/gen-ai/agents/a/api_keys', '/v2/spaces/keys', '/v2/tokens'],
          ],
        },
        supabase: {
          reads: ['/v1/projects', '/v1/projects/p', '/v1/projects/p/functions'],
          secrets: [
            ...[
              '/v1/projects/p/api-keys',
              '/v1/projects/p/api-keys/1',
              '/v1/projects/p/secrets',
              '/v1/projects/p/pgsodium',
            ],
            ...['/v1/projects/p/postgrest', '/v1/projects/p/config/auth', '/v1/projects/p/config/database/pooler'],
            ...[
              '/v1/branches/b',
              '/v1/projects/p/branches',
              '/v1/projects/p/ssl-enforcement',
              '/v1/projects/p/cli/login-role',
            ],
            ...['/v1/projects/p/config/auth/signing-keys', '/v1/projects/p/functions/f/body'],
          ],
        },
        twilio: {
          reads: [
            ...['/2010-04-01/Accounts/AC1/Messages.json', '/2010-04-01/Accounts/AC1/Calls/CA1.json'],
            ...['/2010-04-01/Accounts/AC1/Usage/Records.json', '/2010-04-01/Accounts/AC1/Usage/Records/Daily.json'],
          ],
          secrets: [
            // URLs of webhooks, with a user name and a password in them where somebody wrote them so.
            ...['/2010-04-01/Accounts/AC1/IncomingPhoneNumbers.json', '/2010-04-01/Accounts/AC1/Usage/Triggers.json'],
            ...[
              '/2010-04-01/Accounts/AC1/IncomingPhoneNumbers/PN1.json',
              '/2010-04-01/Accounts/AC1/Usage/Triggers/UT1',
            ],
            ...[
              '/2010-04-01/Accounts/AC1/IncomingPhoneNumbers/Local.json',
              '/2010-04-01/Accounts/AC1/Applications.json',
            ],
            ...['/2010-04-01/Accounts', '/2010-04-01/Accounts/AC1', '/2010-04-01/Accounts/AC1/Keys'],
            ...['/2010-04-01/Accounts/AC1/SigningKeys', '/2010-04-01/Accounts/AC1/SIP/CredentialLists'],
            ...['/2010-04-01/Accounts/AC1/Tokens', '/2010-04-01/Accounts/AC1/ConnectApps', '/2010-04-01'],
          ],
        },
        netlify: {
          reads: ['/user', '/dns_zones/z/dns_records', '/sites/s/builds'],
          secrets: [
            ...[
              '/accounts',
              '/accounts/a',
              '/sites',
              '/sites/s',
              '/accounts/a/env',
              '/accounts/a/env/KEY',
              '/sites/s/env',
              '/sites/s/deploys',
              '/deploys/d',
            ],
            ...[
              '/hooks',
              '/hooks/h',
              '/sites/s/build_hooks',
              '/sites/s/snippets',
              '/sites/s/ssl',
              '/deploy_keys',
              '/sites/s/dev_server_hooks',
            ],
            ...['/oauth/applications', '/services/s/instances', '/sites/s/service-instances', '/sites/s/plugin_runs'],
          ],
        },
        datadog: {
          reads: ['/api/v2/users', '/api/v1/monitor/1', '/api/v1/dashboard/d'],
          secrets: [
            ...[
              '/api/v2/api_keys',
              '/api/v2/api_keys/1',
              '/api/v1/api_key',
              '/api/v1/api_key/1',
              '/api/v1/application_key',
            ],
            ...['/api/v2/application_keys/1', '/api/v2/current_user/application_keys/1', '/api/v1/dashboard/public/t'],
            ...[
              '/api/v2/service_accounts/s/application_keys/1',
              '/api/v1/synthetics/tests',
              '/api/v1/synthetics/variables/v',
            ],
            ...[
              '/api/v1/integration/webhooks/configuration/webhooks/w',
              '/api/v1/integration/aws',
              '/api/v2/on_prem_runners',
            ],
            ...['/api/v1/integration/pagerduty', '/api/v2/actions/connections/c', '/api/v2/users/u/invitations'],
          ],
        },
      };
    const ends = [
      '',
      '/',
      '.json',
      '.xml',
      '.csv',
      '.html',
      '.txt',
      '.yaml',
      '.pdf',
      '%20',
      ';x=1',
      '/.json',
      '?x=.json',
    ];

    test.each(Object.entries(cases))('of %s reads what it is good for', (id, { reads }) => {
      const service = written(named(id), 0);
      expect(reads.filter((path) => verdict(service, 'GET', path) !== 'allow')).toEqual([]);
    });

    test.each(Object.entries(cases))(
      'of %s reads nothing that answers with credentials, in no format',
      (id, { secrets }) => {
        const service = written(named(id), 0);
        const targets = secrets.flatMap((path) => ends.map((end) => path + end));
        for (const method of ['GET', 'HEAD']) {
          expect(targets.filter((target) => verdict(service, method, target) === 'allow')).toEqual([]);
        }
      },
    );

    test('is the default wherever it is offered, and never a list of what is denied, but for names beside others', () => {
      for (const { id, presets = [] } of KNOWN_SERVICES) {
        const at = presets.findIndex((preset) => preset.id === 'read-usual');
        if (at === -1) continue;
        expect([id, at]).toEqual([id, 0]);
        expect(Object.keys(cases)).toContain(id);
        const rules = presets[0]?.rules ?? [];
        const allowed = rules.filter(({ effect }) => effect === undefined).map(({ path }) => path);
        for (const { path, effect } of rules) {
          // What is denied is one name of those that a `*` beside it allows.
          if (effect === 'deny') expect(allowed).toContain(path.replace(/[^/]+$/, '*'));
          else expect([path, effect]).toEqual([path, undefined]);
          expect(path).not.toMatch(/^\/\*\*/);
        }
      }
    });

    test('of GitLab takes a project and a file by their paths, and no secret by the same spelling', () => {
      const service = written(named('gitlab'), 0);
      for (const path of [
        '/projects/group%2Fproject/issues',
        '/projects/group%2fsub%2Fproject/merge_requests/2/notes',
        '/projects/1/repository/files/lib%2Fclass.rb/raw',
        '/projects/group%2Fproject/repository/branches/feature%2Fone',
      ]) {
        expect([path, verdict(service, 'GET', path)]).toEqual([path, 'allow']);
      }
      for (const path of [
        '/projects/group%2Fproject',
        '/projects/group%2Fproject/variables',
        '/projects%2F1/issues',
        '/projects/1%2Fissues',
        '/projects%2F1%2Fvariables',
        '/groups/a%2Fb/variables',
      ]) {
        expect([path, verdict(service, 'GET', path)]).toEqual([path, 'deny']);
      }
    });

    test('working on GitLab’s issues reads no more than that', () => {
      const service = written(named('gitlab'), 1);
      expect(verdict(service, 'POST', '/projects/1/issues')).toBe('allow');
      expect(verdict(service, 'GET', '/projects/1/variables')).toBe('deny');
    });
  });
});

describe('finding a known service', () => {
  const at = (baseUrl: string): string | undefined => {
    const text = `services: { x: { baseUrl: "${baseUrl}", auth: { type: bearer }, policies: [{ path: /x, methods: [GET] }] } }`;
    const service = parsePolicy(text).policy?.services.get('x');
    return service && findKnownService(service, KNOWN_SERVICES)?.id;
  };

  test.each([
    ['https://api.stripe.com/', 'stripe'],
    ['https://acme.atlassian.net', 'jira'],
    ['https://de.sentry.io/api/0', 'sentry'],
    ['https://atlassian.net.evil.example', undefined],
    ['https://evilatlassian.net', undefined],
    ['https://s3.eu-central-1.amazonaws.com', 'amazon-s3'],
    ['https://lambda.eu-central-1.amazonaws.com', undefined],
    ['https://api.stripe.com/v1', undefined],
    ['https://api.stripe.com:8443', undefined],
    ['https://api.example.com', undefined],
  ])('%s → %s', (baseUrl, id) => {
    expect(at(baseUrl)).toBe(id);
  });
});

describe('GraphQL presets', () => {
  /** The plainest documented call of each, and one that changes something. */
  const cases = [
    ['linear', '/graphql', '{ viewer { id } }', 'mutation { issueCreate(input: {}) { success } }'],
    [
      'shopify',
      '/admin/api/2026-10/graphql.json',
      '{ products(first: 3) { nodes { id } } }',
      'mutation { productDelete(input: { id: 1 }) { deletedProductId } }',
    ],
  ] as const;

  test.each(cases)('%s: queries pass, and mutations ask or are denied', (id, path, query, mutation) => {
    const ask = (preset: number, document: string): string => graphqlVerdict(named(id), preset, path, document);
    expect([ask(0, query), ask(0, mutation)]).toEqual(['allow', 'deny']);
    expect([ask(1, query), ask(1, mutation)]).toEqual(['allow', 'ask']);
    expect([ask(2, query), ask(2, mutation)]).toEqual(['deny', 'deny']);
  });

  test.each(['github', 'cloudflare'])('every method of %s holds for its GraphQL API, too', (id) => {
    const preset = presetsOf(named(id)).findIndex((one) => one.id === 'read-and-write');
    for (const document of ['{ viewer { login } }', 'mutation { addStar(input: {}) { clientMutationId } }']) {
      expect(graphqlVerdict(named(id), preset, '/graphql', document)).toBe('allow');
      expect(graphqlVerdict(named(id), 0, '/graphql', document)).toBe('deny');
    }
  });
});

function graphqlVerdict(known: KnownService, preset: number, path: string, query: string): string {
  const service = written(known, preset);
  const canonical = canonicalise({ service: known.id, method: 'POST', path, json: { query } }, service);
  if (!canonical.ok) throw new Error(canonical.error.code);
  return decide(compileService(service), canonical.value).verdict;
}
