import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtAnswer } from '../../support/builtAnswer.ts';
import { freshKey } from '../../support/serve.ts';

const DIFF = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+größer\n';

describe('a text', () => {
  it.each([
    'application/vnd.github.v3.diff; charset=utf-8',
    'application/vnd.github.v3.raw; charset=utf-8',
    'application/vnd.github.v3.patch',
    'binary/octet-stream',
    'application/octet-stream',
    'application/csv',
    'application/vnd.ms-excel',
    'application/vnd.oai.openapi',
    'application/jwt',
    'application/x-pem-file',
    'application/x-subrip',
    'application/pgp-signature',
    'application/vnd.apple.mpegurl',
    'model/gltf',
    'message/rfc822',
    'multipart/mixed; boundary=x',
    'odd',
    '',
  ])('is one as %s, of any length', async (type) => {
    for (const body of [DIFF, DIFF.repeat(400)]) {
      const { answer } = await builtAnswer({ type, body }, { call: { maxChars: 80_000 } });
      expect(answer).toMatchObject({ text: body });
      expect(answer).not.toHaveProperty('base64');
    }
  });

  it('in a type of its own has credentials taken out', async () => {
    const secret = freshKey();
    const { answer } = await builtAnswer(
      { type: 'application/octet-stream', body: `key=${secret}\n`.repeat(2000) },
      { secret },
    );
    expect(answer.text).toContain('[redacted:api]');
    expect(JSON.stringify(answer)).not.toContain(secret);
  });

  it.each([
    ['a picture', 'image/png', Buffer.from('89504e470d0a1a0a0000', 'hex')],
    ['a picture with a character set', 'image/png; charset=utf-8', Buffer.from('89504e470d0a1a0a0000', 'hex')],
    ['a picture that could be text', 'image/x-xbitmap', Buffer.from('#define x 1\n')],
    ['a document', 'application/pdf', Buffer.from('%PDF-1.7\n')],
    ['bytes with a zero', 'application/octet-stream', Buffer.from('a\0b')],
    ['bytes that are no UTF-8', 'application/octet-stream', Buffer.from([0x61, 0xff, 0x62])],
    ['bytes that are not what they declare', 'application/x-thing; charset=utf-8', Buffer.from([0x61, 0xff, 0x62])],
  ])('is not %s', async (_, type, body) => {
    const { answer } = await builtAnswer({ type, body });
    expect(answer).toMatchObject({ base64: body.toString('base64') });
    expect(answer).not.toHaveProperty('text');
  });

  it('comes back as it was sent, whatever type it has', async () => {
    const types = fc.constantFrom('application/x-thing', 'application/octet-stream', 'text/plain', '');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }), types, async (words, type) => {
        const body = Buffer.from(words).toString().replaceAll('\0', '').replaceAll('\ufeff', '');
        const { answer } = await builtAnswer({ type, body });
        // What begins like an archive is withheld.
        if (answer.hint === undefined) expect(answer.text ?? '').toBe(body);
      }),
    );
  });
});

describe('the character set of a text', () => {
  const WORDS = 'Größe;Straße\n';
  const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

  it.each([
    ['the answer', 'text/csv; charset=iso-8859-1', latin1(WORDS), WORDS],
    ['the answer, of another type', 'application/x-thing; charset=iso-8859-1', latin1(WORDS), WORDS],
    ['the answer, of two bytes each', 'application/x-thing; charset=utf-16le', Buffer.from(WORDS, 'utf16le'), WORDS],
    [
      'an XML document',
      'text/xml',
      latin1(`<?xml version="1.0" encoding="ISO-8859-1"?><a>${WORDS}</a>`),
      `<?xml version="1.0" encoding="ISO-8859-1"?><a>${WORDS}</a>`,
    ],
    [
      'an XML document in a type of its own',
      'application/rss+xml',
      latin1(`<?xml version='1.0' encoding='windows-1252' standalone="yes"?>\n<a>${WORDS}</a>`),
      `<?xml version='1.0' encoding='windows-1252' standalone="yes"?>\n<a>${WORDS}</a>`,
    ],
    [
      'a page',
      'text/html',
      latin1(`<!doctype html><meta charset=iso-8859-15><p>${WORDS}`),
      `<!doctype html><meta charset=iso-8859-15><p>${WORDS}`,
    ],
    [
      'a page, in the old way',
      'text/html',
      latin1(`<meta http-equiv="Content-Type" content="text/html; charset=windows-1252"><p>${WORDS}`),
      `<meta http-equiv="Content-Type" content="text/html; charset=windows-1252"><p>${WORDS}`,
    ],
    ['what `file` calls bytes of any kind', 'application/octet-stream; charset=binary', Buffer.from(WORDS), WORDS],
    ['a name of ASCII, for UTF-8', 'text/plain; charset=us-ascii', Buffer.from(WORDS), WORDS],
    [
      'nothing that could be true',
      'text/xml',
      Buffer.from(`<?xml version="1.0" encoding="UTF-16"?><a>${WORDS}</a>`),
      `<?xml version="1.0" encoding="UTF-16"?><a>${WORDS}</a>`,
    ],
  ])('is what is declared by %s', async (_, type, body, expected) => {
    expect((await builtAnswer({ type, body })).answer).toMatchObject({ text: expected });
    expect((await builtAnswer({ type, body })).answer).not.toHaveProperty('hint');
  });

  it('counts as the answer declares it before what its text does', async () => {
    const body = '<?xml version="1.0" encoding="ISO-8859-1"?><a>ü</a>';
    expect((await builtAnswer({ type: 'text/xml; charset=utf-8', body })).answer.text).toBe(body);
  });

  it('that nothing declares, and that is not UTF-8, is said to be probably Latin-1', async () => {
    const { answer } = await builtAnswer({ type: 'text/csv', body: latin1(WORDS) });
    expect(answer.text).toBe('Gr\ufffd\ufffde;Stra\ufffde\n');
    expect(answer.hint).toContain('Latin-1');
    const json = await builtAnswer({ type: 'application/json', body: latin1('{"a":"Größe"}') });
    expect(json.answer).toMatchObject({ json: { a: 'Gr\ufffd\ufffde' }, hint: answer.hint });
  });
});

describe('select', () => {
  it.each([
    ['a text that holds JSON', 'text/plain; charset=utf-8', '{"data":[{"id":1}]}'],
    ['a script that holds JSON', 'text/javascript', '{"id":"1"}'],
    ['a number that is not exact', 'application/json', '{"data":[{"id":12345678901234567890}]}'],
    ['a number that is none', 'application/json', '{"a":NaN}'],
    ['a page', 'text/html', '<p>login</p>'],
    ['bytes', 'image/png', Buffer.from('89504e470d0a1a0a0000', 'hex')],
  ])('says that it was not applied to %s', async (_, type, body) => {
    const { answer } = await builtAnswer({ type, body }, { call: { select: ['/data/*/id'] } });
    expect(answer.hint).toContain('select was not applied');
    expect((await builtAnswer({ type, body })).answer.hint).toBeUndefined();
  });
});

describe('the longest answer', () => {
  const most = 80_000;

  it.each([most + 1, 100_000, 1_000_000])('is one of 80,000 characters, where %i are asked for', async (maxChars) => {
    const body = 'x'.repeat(200_000);
    const text = await builtAnswer({ type: 'text/plain', body }, { call: { maxChars } });
    expect(text.answer.text).toHaveLength(most);
    expect(text.answer.nextStep).toContain(`at most ${most}`);
    const rows = JSON.stringify(Array.from({ length: 20_000 }, (_, id) => ({ id })));
    const json = await builtAnswer({ body: rows }, { call: { maxChars } });
    const { length } = JSON.stringify(json.answer.json);
    expect(length).toBeLessThanOrEqual(most);
    expect(length).toBeGreaterThan(most * 0.9);
  });
});
