import { describe, expect, it } from 'vitest';
import { parseBaseUrl } from '../../../src/core/net/baseUrl.ts';
import { Redactor } from '../../../src/core/redact/redactor.ts';
import { Secret } from '../../../src/core/secret.ts';
import { inEnglish } from '../../../src/core/text/phrase.ts';
import { buildAnswer } from '../../../src/gateway/answer/answer.ts';
import { Decompressor } from '../../../src/gateway/answer/decode.ts';
import { builtAnswer } from '../../support/builtAnswer.ts';
import { freshKey } from '../../support/serve.ts';

describe('a redirect with a credential in it', () => {
  it.each(['https://elsewhere.example/x?k=', '/x?k='])('to %s… counts it once', async (to) => {
    const key = freshKey();
    const baseUrl = parseBaseUrl('https://api.example.com', 'public');
    if (!baseUrl.ok) throw new Error(inEnglish(baseUrl.error.message));
    const { answer } = await buildAnswer(
      { status: 302, headers: [['location', to + key]], body: Buffer.alloc(0) },
      {
        call: { service: 'api', method: 'GET', path: '/' },
        baseUrl: baseUrl.value,
        auth: { type: 'bearer' },
        maxBytes: 1000,
        durationMs: 1,
      },
      new Redactor([{ name: 'api', value: new Secret(key) }]),
      new Decompressor(),
    );
    expect(answer).toMatchObject({ redirect: { location: `${to}[redacted:api]` }, redactions: 1 });
  });
});

describe('a redirect to a URL that is signed', () => {
  const AT = 'https://files.example/a.zip?';
  it.each([
    ['Amazon', 'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK&X-Amz-Signature=abc', true],
    ['Google', 'X-Goog-Credential=a&X-Goog-Signature=b', true],
    ['Azure', 'sv=2024-01-01&se=2030-01-01&sig=abc', true],
    ['CloudFront', 'Expires=1&Signature=a&Key-Pair-Id=K', true],
    ['OneDrive', 'UniqueId=1&tempauth=v1.abc', true],
    ['Alibaba', 'x-oss-credential=a&x-oss-signature=b&x-oss-expires=60', true],
    ['Tencent', 'q-sign-algorithm=sha1&q-sign-time=1;2&q-signature=abc', true],
    ['Volcengine', 'X-Tos-Credential=a&X-Tos-Signature=b', true],
    ['Akamai', 'hdnts=exp=1~acl=/*~hmac=ab', true],
    ['Akamai’s older ones', 'hdnea=exp=1~hmac=ab', true],
    ['Bunny', 'token=abc&expires=1', true],
    ['GitLab’s artifacts in Google’s storage', 'GoogleAccessId=a&Signature=b&Expires=1', true],
    ['Hugging Face', 'Expires=1&Policy=p&Signature=s&Key-Pair-Id=K', true],
    ['when it expires, and no signature', 'expires=1', false],
    ['a token that may be anybody’s', 'token=abc', false],
    ['a signature alone', 'signature=abc', false],
    ['no query', '', false],
  ])('says whether it may be fetched without Valet Key: %s', async (_, query, signed) => {
    const { redirectIsSigned } = await builtAnswer({ status: 302, headers: [['location', AT + query]] });
    expect(redirectIsSigned ?? false).toBe(signed);
  });
});
