import { describe, expect, it } from 'vitest';
import { type ApiAnswer, builtAnswer } from '../../support/builtAnswer.ts';
import { freshKey } from '../../support/serve.ts';

const NOW = 'Tue, 14 Nov 2023 22:13:20 GMT';
const NOW_S = Date.parse(NOW) / 1000;

async function hint({ headers = [], ...answer }: ApiAnswer): Promise<string> {
  return (await builtAnswer({ status: 403, headers: [['date', NOW], ...headers], ...answer })).answer.hint ?? '';
}

describe('a refusal for a rate limit', () => {
  const LIMITED: readonly (readonly [name: string, answer: ApiAnswer, wait: number | undefined])[] = [
    ['retry-after', { headers: [['retry-after', '60']] }, 60],
    ['retry-after, as a date', { headers: [['retry-after', 'Tue, 14 Nov 2023 22:14:20 GMT']] }, 60],
    [
      'GitHub’s first limit',
      {
        headers: [
          ['x-ratelimit-remaining', '0'],
          ['x-ratelimit-reset', String(NOW_S + 90)],
        ],
      },
      90,
    ],
    ['GitHub’s second limit', { body: '{"message":"You have exceeded a secondary rate limit."}' }, undefined],
    ['Google', { body: '{"error":{"errors":[{"reason":"rateLimitExceeded"}]}}' }, undefined],
    ['Google, a quota', { body: '{"error":{"errors":[{"reason":"quotaExceeded"}]}}' }, undefined],
    [
      'GitLab',
      {
        status: 429,
        headers: [
          ['ratelimit-remaining', '0'],
          ['ratelimit-reset', String(NOW_S + 30)],
        ],
      },
      30,
    ],
    [
      'Okta and X',
      {
        status: 429,
        headers: [
          ['x-rate-limit-remaining', '0'],
          ['x-rate-limit-reset', String(NOW_S + 45)],
        ],
      },
      45,
    ],
    [
      'OpenAI, one of two limits',
      {
        status: 429,
        headers: [
          ['x-ratelimit-remaining-requests', '5'],
          ['x-ratelimit-reset-requests', '1h0m0s'],
          ['x-ratelimit-remaining-tokens', '0'],
          ['x-ratelimit-reset-tokens', '6m1.5s'],
        ],
      },
      362,
    ],
    ['a draft of the IETF', { status: 429, headers: [['ratelimit', '"default";r=0;t=30']] }, 30],
    [
      'milliseconds',
      {
        headers: [
          ['x-ratelimit-remaining', '0'],
          ['x-ratelimit-reset', String(NOW_S * 1000 + 1500)],
        ],
      },
      2,
    ],
    [
      'seconds from now',
      {
        headers: [
          ['x-ratelimit-remaining', '0'],
          ['x-ratelimit-reset', '17'],
        ],
      },
      17,
    ],
    ['Azure', { status: 429, headers: [['x-ms-retry-after-ms', '2500']] }, 3],
    [
      'OpenAI',
      {
        status: 429,
        headers: [
          ['retry-after', '2'],
          ['retry-after-ms', '1500'],
          ['x-ratelimit-remaining-requests', '0'],
          ['x-ratelimit-reset-requests', '6m0s'],
        ],
      },
      2,
    ],
    ['Discord', { status: 429, headers: [['x-ratelimit-reset-after', '1.5']] }, 2],
    ['an earlier draft', { status: 429, headers: [['ratelimit', 'limit=100, remaining=0, reset=50']] }, 50],
    ['AWS by its body', { status: 400, body: '{"__type":"com.amazon.x#ThrottlingException"}' }, undefined],
    ['AWS by a header', { status: 400, headers: [['x-amzn-errortype', 'TooManyRequestsException']] }, undefined],
    ['DynamoDB', { status: 400, body: '{"__type":"x#ProvisionedThroughputExceededException"}' }, undefined],
    ['S3', { status: 503, type: 'application/xml', body: '<Error><Code>SlowDown</Code></Error>' }, undefined],
    ['Salesforce', { body: '[{"errorCode":"REQUEST_LIMIT_EXCEEDED"}]' }, undefined],
    ['Slack', { status: 200, body: '{"ok":false,"error":"ratelimited"}' }, undefined],
    ['no word of an end', { headers: [['x-ratelimit-remaining', '0']] }, 60],
    ['nothing else', { status: 429 }, undefined],
  ];

  it.each(LIMITED)('says how long to wait: %s', async (_, answer, wait) => {
    const said = await hint(answer);
    expect(said).toContain('rate limit');
    expect(said).toContain(wait === undefined ? 'Wait a minute' : `Wait ${wait} s`);
    expect(said).not.toContain('scope');
    expect(said).not.toContain('another call will not help');
  });
});

describe('a refusal for a scope', () => {
  it.each([
    {},
    { body: '{"message":"Resource not accessible by integration"}' },
    { headers: [['x-ratelimit-remaining', '4999']] as const },
    { headers: [['x-ratelimit-remaining', '']] as const },
  ])('says that another call will not help: %j', async (answer) => {
    const said = await hint(answer);
    expect(said).toContain('scope');
    expect(said).toContain('another call will not help');
  });

  it('names the scope that is missing', async () => {
    const challenge = ['www-authenticate', 'Bearer error="insufficient_scope", scope="read:user"'] as const;
    for (const status of [401, 403]) {
      const said = await hint({ status, headers: [challenge] });
      expect(said).toContain('read:user');
      expect(said).not.toContain('Rotate Credential');
    }
    const github = await hint({
      headers: [
        ['x-accepted-oauth-scopes', 'repo, admin:org'],
        ['x-oauth-scopes', ''],
      ],
    });
    expect(github).toContain('repo, admin:org');
    expect(github).toContain('none');
  });

  it.each([
    [403, '{"error":"insufficient_scope","scope":"api read_api"}', 'wants “api read_api”'],
    [403, '{"error":{"details":[{"reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}', 'lacks a scope.'],
    [200, '{"ok":false,"error":"missing_scope","needed":"chat:write","provided":"x"}', 'wants “chat:write”'],
  ])('that only its body names, says which: %i %s', async (status, body, words) => {
    const said = await hint({ status, body });
    expect(said).toContain(words);
    expect(said).toContain('grant it at the provider');
  });

  it('holds no credential', async () => {
    const secret = freshKey();
    const challenge = `Bearer error="insufficient_scope", scope="${secret}"`;
    const { answer } = await builtAnswer({ status: 403, headers: [['www-authenticate', challenge]] }, { secret });
    expect(JSON.stringify(answer)).not.toContain(secret);
  });
});

describe('a refusal for a missing User-Agent', () => {
  it.each([
    [403, 'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.'],
    [403, 'We require that all requests include a custom user agent header. See https://crates.example/data-access'],
    [400, '{"error":"Missing useragent"}'],
    [403, 'Please set a user-agent and respect our robot policy'],
  ])('says what to send: %i %s', async (status, body) => {
    const said = await hint({ status, type: 'text/plain', body });
    expect(said).toContain('User-Agent');
    expect(said).not.toContain('scope');
  });
});

describe('a refusal that has nothing to do with scopes', () => {
  it.each([
    ['cf-mitigated', 'challenge', 'bot check'],
    ['x-github-sso', 'required; url=https://github.example/sso', 'single sign-on'],
  ])('says so: %s', async (name, value, words) => {
    const said = await hint({ headers: [[name, value]], body: 'Forbidden' });
    expect(said).toContain(words);
    expect(said).not.toContain('scope');
  });
});

describe('a rejected credential', () => {
  it('is said to be one', async () => {
    expect(await hint({ status: 401 })).toContain('Rotate Credential');
    expect(await hint({ status: 200, body: '{"ok":false,"error":"invalid_auth"}' })).toContain('Rotate Credential');
  });

  it.each([
    [400, '{"message":"throttle must be a number, SlowDownPlease"}'],
    [200, '{"ok":true,"error":"ratelimited"}'],
    [200, '{"ok":false,"error":"channel_not_found"}'],
  ])('and a limit are not seen where they are not: %i %s', async (status, body) => {
    expect(await hint({ status, body })).toBe('');
  });

  it.each([200, 204, 404, 422, 500])('is not what %i means', async (status) => {
    expect(await hint({ status, body: '{"message":"rate limit, user agent, scope"}' })).toBe('');
  });
});
