import { describe, expect, it } from 'vitest';
import { parseBaseUrl } from '../../../src/core/net/baseUrl.ts';
import { Redactor } from '../../../src/core/redact/redactor.ts';
import { Secret } from '../../../src/core/secret.ts';
import { inEnglish } from '../../../src/core/text/phrase.ts';
import { buildAnswer } from '../../../src/gateway/answer/answer.ts';
import { Decompressor } from '../../../src/gateway/answer/decode.ts';

const password = ['pässw', 'örter', 'kämen1950'].join('');

/** What an agent gets of a text in Latin-1 that comes with this type. */
async function answerTo(type: string, body: Buffer): Promise<string> {
  const baseUrl = parseBaseUrl('https://api.example.com', 'public');
  if (!baseUrl.ok) throw new Error(inEnglish(baseUrl.error.message));
  const { answer } = await buildAnswer(
    { status: 200, headers: [['content-type', type]], body },
    {
      call: { service: 'api', method: 'GET', path: '/' },
      baseUrl: baseUrl.value,
      auth: { type: 'basic' },
      maxBytes: 1000,
      durationMs: 1,
    },
    new Redactor([{ name: 'api', value: new Secret(`deploy:${password}`) }]),
    new Decompressor(),
  );
  return JSON.stringify(answer);
}

describe('a text that is not in the character set that it should be in', () => {
  it.each([
    'text/plain',
    'text/html; charset=utf-8',
    'application/json',
    'application/json; charset=UTF8',
    'text/csv; charset=us-ascii',
    'application/octet-stream; charset=binary',
    'application/xml',
    'text/plain; charset=koi8-r',
    'text/plain; charset=shift_jis',
    'text/plain; charset=gbk',
    'text/plain; charset=utf-16',
  ])('is withheld where a credential is in its bytes: %s', async (type) => {
    const answer = await answerTo(type, Buffer.from(`{"password":"${password}"}`, 'latin1'));
    expect(answer).not.toContain('1950');
    expect(answer).toMatch(/withheld|\[redacted:api\]/);
  });

  it('is given out where none is', async () => {
    const answer = await answerTo('text/plain', Buffer.from('schöne Grüße', 'latin1'));
    expect(answer).toContain('sch\ufffdne Gr');
  });
});
