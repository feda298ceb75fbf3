import { describe, expect, it } from 'vitest';
import { parseBaseUrl } from '../../../src/core/net/baseUrl.ts';
import { Redactor } from '../../../src/core/redact/redactor.ts';
import { Secret } from '../../../src/core/secret.ts';
import { inEnglish } from '../../../src/core/text/phrase.ts';
import { buildAnswer } from '../../../src/gateway/answer/answer.ts';
import { Decompressor } from '../../../src/gateway/answer/decode.ts';
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
