import { describe, expect, it } from 'vitest';
import { judgeRedirect } from '../../../src/gateway/answer/redirect.ts';
import { builtAnswer } from '../../support/builtAnswer.ts';
import { freshKey } from '../../support/serve.ts';

describe('a header that says where something is', () => {
  it.each([
    ['location', '/v1/admin/users/9f1c2d', '/admin/users/9f1c2d'],
    ['location', 'https://api.example.com/v1/admin/users/9f1c2d', '/admin/users/9f1c2d'],
    ['location', 'http://api.example.com/v1/operations/1?a=b', '/operations/1?a=b'],
    ['location', 'https://other.example.com/v1/users/1', 'https://other.example.com/v1/users/1'],
    ['location', '/other/1', '/other/1'],
    ['content-location', '/v1/things/3', '/things/3'],
    ['operation-location', 'https://api.example.com/v1/op/1', '/op/1'],
    ['azure-asyncoperation', 'https://api.example.com/v1/op/2?api-version=1', '/op/2?api-version=1'],
  ])('comes through as what path can be: %s: %s', async (name, value, shown) => {
    for (const status of [200, 201, 202]) {
      const { answer } = await builtAnswer({ status, headers: [[name, value]] });
      expect(answer.headers).toMatchObject({ [name]: shown });
    }
  });

  it('holds no credential, however it is written there', async () => {
    const secret = freshKey();
    for (const value of [
      `/v1/x?k=${secret}`,
      `https://o.example/${secret}`,
      `/v1/x?k=${secret.slice(0, 9)}\t${secret.slice(9)}`,
    ]) {
      const { answer } = await builtAnswer({ status: 201, headers: [['location', value]] }, { secret });
      expect(JSON.stringify(answer)).not.toContain(secret);
    }
  });

  it('does not show the credential that goes along in the query', async () => {
    const { answer } = await builtAnswer(
      { status: 201, headers: [['location', '/v1/x?api_key=abc&b=1']] },
      { auth: { type: 'query', name: 'api_key' } },
    );
    expect(answer.headers).toMatchObject({ location: '/x?b=1' });
  });

  it('stands in a redirect alone where it leads there', async () => {
    const { answer } = await builtAnswer({ status: 302, headers: [['location', '/v1/x']] });
    expect(answer.headers).not.toHaveProperty('location');
    expect(answer.redirect).toMatchObject({ location: '/x' });
  });
});

describe('a header', () => {
  it.each([
    ['x-wp-total', '120'],
    ['x-wp-totalpages', '12'],
    ['x-total', '120'],
    ['x-total-count', '120'],
    ['x-total-pages', '12'],
    ['x-next-page', '2'],
    ['x-prev-page', '1'],
    ['x-shopify-shop-api-call-limit', '32/40'],
    ['x-amz-version-id', 'v1'],
    ['x-amz-meta-owner', 'me'],
    ['x-ms-meta-owner', 'me'],
    ['x-ratelimit-remaining', '3'],
    ['x-request-id', 'r'],
    ['etag', '"e"'],
    ['retry-after', '5'],
  ])('that tells something comes through: %s', async (name, value) => {
    expect((await builtAnswer({ headers: [[name, value]] })).answer.headers).toMatchObject({ [name]: value });
  });

  it.each(['set-cookie', 'www-authenticate', 'connection', 'x-amz-security-token', 'authorization', 'x-internal-host'])(
    'that is not the agent’s to know does not: %s',
    async (name) => {
      expect((await builtAnswer({ headers: [[name, 'x']] })).answer.headers).not.toHaveProperty(name);
    },
  );

  it('that says what a body is holds no credential, nor does what is said of a body that is not shown', async () => {
    const secret = freshKey();
    const body = Buffer.alloc(20_000, 0x80);
    const { answer } = await builtAnswer({ type: `image/${secret}; q=${secret}`, body }, { secret });
    expect(JSON.stringify(answer)).not.toContain(secret);
    expect(answer.text).toMatch(/^\[binary image\/\[redacted:api\], 20000 bytes, /);
  });

  it('says how long a file is that was not fetched', async () => {
    const headers = [['content-length', '123456']] as const;
    const head = await builtAnswer({ headers, type: 'application/pdf' }, { call: { method: 'HEAD' } });
    expect(head.answer.headers).toMatchObject({ 'content-length': '123456' });
    expect((await builtAnswer({ headers, body: '{}' })).answer.headers).not.toHaveProperty('content-length');
  });
});

describe('a redirect', () => {
  const signed = (query: string): string => `https://files.example.net/logs.zip?${query}`;

  it.each([
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a&X-Amz-Signature=abc&X-Amz-Expires=60',
    'X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=a&X-Goog-Signature=abc&X-Goog-Expires=60',
    'Expires=1700000000&Signature=abc&Key-Pair-Id=K1',
    'sv=2023-01-01&se=2023-01-02&sr=b&sp=r&sig=abc',
    'AWSAccessKeyId=a&Signature=abc&Expires=1700000000',
  ])('to a signed URL is said to need no credential: %s', async (query) => {
    const built = await builtAnswer({ status: 302, headers: [['location', signed(query)]] });
    const { nextStep } = judgeRedirect(built, () => false);
    expect(nextStep).toContain('needs no credential');
    expect(nextStep).toContain('without Valet Key');
  });

  it.each(['', 'token=abc', 'Signature=abc', 'sig=abc'])('to another place is not, as with %j', async (query) => {
    const built = await builtAnswer({ status: 302, headers: [['location', signed(query)]] });
    const { nextStep } = judgeRedirect(built, () => false);
    expect(nextStep).toContain('the policy does not allow the location');
    expect(nextStep).not.toContain('needs no credential');
  });

  it('to a signed URL within the service is judged by the policy', async () => {
    const built = await builtAnswer({ status: 302, headers: [['location', '/v1/x?sig=a&se=b']] });
    expect(judgeRedirect(built, () => true).nextStep).toContain('call read with its path');
    expect(judgeRedirect(built, () => false).nextStep).toContain('does not allow the location');
  });

  it('with a credential in it is never said to need none', async () => {
    const secret = freshKey();
    const location = signed(`sig=${secret}&se=1`);
    const built = await builtAnswer({ status: 302, headers: [['location', location]] }, { secret });
    expect(judgeRedirect(built, () => false).nextStep).not.toContain('needs no credential');
  });
});
