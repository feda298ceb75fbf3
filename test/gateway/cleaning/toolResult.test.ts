import { randomBytes } from 'node:crypto';
import zlib, { gzipSync } from 'node:zlib';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../src/core/redact/redactor.ts';
import { Secret } from '../../../src/core/secret.ts';
import { TooMuchInsideError } from '../../../src/gateway/answer/compressed.ts';
import { toolResultText } from '../../../src/gateway/cleaning/toolResult.ts';
import { freshKey } from '../../support/serve.ts';

const key = freshKey();
const redactor = new Redactor([{ name: 'api', value: new Secret(key) }]);

function passedOn(result: unknown): unknown {
  const text = toolResultText(JSON.stringify(result), redactor);
  return text === undefined ? undefined : JSON.parse(text);
}

const text = (said: string) => ({ type: 'text', text: said });
const IMAGE = { type: 'image', data: 'aGVsbG8=', mimeType: 'image/png' };

describe('a result that is not quite what MCP has', () => {
  it.each<readonly [string, unknown, object]>([
    ['a text in place of the list', { content: 'plain' }, { content: [text('plain')] }],
    ['a text within the list', { content: ['one', text('two')] }, { content: [text('one'), text('two')] }],
    ['one part without a list', { content: text('alone') }, { content: [text('alone')] }],
    ['no list', { content: null }, { content: [] }],
    ['nothing', {}, { content: [] }],
    ['a number as text', { content: [{ type: 'text', text: 42 }] }, { content: [text('42')] }],
    ['an object as text', { content: [{ type: 'text', text: { a: [1] } }] }, { content: [text('{"a":[1]}')] }],
    ['null as text', { content: [{ type: 'text', text: null }] }, { content: [text('null')] }],
    ['a number as a part', { content: [7, true, null] }, { content: [text('7'), text('true'), text('null')] }],
    [
      'a type that is not known yet',
      { content: [text('part one'), { type: 'hologram', data: 'x' }] },
      { content: [text('part one'), text('{"type":"hologram","data":"x"}')] },
    ],
    [
      'a known type that lacks something',
      { content: [{ type: 'image', data: 'aGVsbG8=' }, IMAGE] },
      { content: [text('{"type":"image","data":"aGVsbG8="}'), IMAGE] },
    ],
    [
      'wrong annotations',
      { content: [{ ...text('x'), annotations: { priority: 7 }, _meta: 3 }] },
      { content: [text('x')] },
    ],
    ['isError as text', { content: [], isError: 'true' }, { content: [], isError: true }],
    ['isError as null', { content: [], isError: null }, { content: [] }],
    ['a list as structured content', { structuredContent: [1, 2] }, { content: [text('[1,2]')] }],
    ['a list beside its text', { content: [text('1')], structuredContent: [1] }, { content: [text('1')] }],
    ['the result of 2024-10-07', { toolResult: { a: 1 } }, { content: [text('{"a":1}')] }],
  ])('reaches the agent all the same: %s', (_name, result, expected) => {
    expect(passedOn(result)).toEqual(expected);
  });

  it('is as it was where MCP allows it', () => {
    const result = {
      content: [text('a'), IMAGE, { type: 'resource_link', uri: 'file:///x', name: 'x' }],
      structuredContent: { a: [{ b: null }] },
      isError: false,
    };
    expect(passedOn(result)).toEqual(result);
  });

  it('is always one that clients take, whatever the server gave', () => {
    const part = fc.oneof(
      fc.jsonValue(),
      fc.record({
        type: fc.constantFrom('text', 'image', 'resource', 'x'),
        text: fc.jsonValue(),
        data: fc.jsonValue(),
      }),
    );
    const result = fc.record(
      {
        content: fc.oneof(fc.array(part), fc.jsonValue()),
        structuredContent: fc.jsonValue(),
        isError: fc.jsonValue(),
        toolResult: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(result, (given) => {
        expect(CallToolResultSchema.safeParse(passedOn(given)).success).toBe(true);
      }),
    );
  });

  it('is none where there is no object', () => {
    for (const given of [[], 'text', 7, null]) expect(passedOn(given)).toBeUndefined();
  });
});

describe('a part that MCP does not know', () => {
  const packed = gzipSync(`the key is ${key}`).toString('base64');
  const wide = Buffer.from(key, 'utf16le').toString('base64');

  it.each([
    ['as it is', { type: 'hologram', said: `x ${key}` }],
    ['as a name', { type: 'hologram', [key]: 1 }],
    ['in base64', { type: 'hologram', deep: [{ bytes: Buffer.from(`key ${key}`).toString('base64') }] }],
    ['compressed', { type: 'hologram', deep: [{ bytes: packed }] }],
    ['in a known type that lacks something', { type: 'image', data: wide }],
    ['in a text that is none', { type: 'text', text: { key } }],
  ])('holds no credential: %s', (_name, block) => {
    const result = JSON.stringify(passedOn({ content: [text('beside'), block] }));
    for (const form of [key, packed, wide, Buffer.from(`key ${key}`).toString('base64')])
      expect(result).not.toContain(form);
    expect(result).toMatch(/redacted:api|withheld by Valet Key/);
    expect(result).toContain('beside');
  });
});

describe('bytes that are compressed inside of a part', () => {
  const said = `the key is ${key}, and nothing else is`;
  const png = Buffer.from('89504e470d0a1a0a', 'hex');
  const many = Buffer.concat([Buffer.alloc(300_000, 'a line of a log\n'), Buffer.from(said)]);
  const noise = randomBytes(30_000).toString('base64');

  const packings: readonly (readonly [string, Buffer])[] = [
    ['behind a length', Buffer.concat([Buffer.from([0, 0, 0, 9]), zlib.deflateSync(said)])],
    ['behind a length, without a header', Buffer.concat([Buffer.from([0, 0, 9]), zlib.deflateRawSync(said)])],
    ['behind a length, by Brotli', Buffer.concat([Buffer.from([0, 9]), zlib.brotliCompressSync(said)])],
    ['in a picture', Buffer.concat([png, Buffer.from('\0\0\0\x20zTXtComment\0\0'), zlib.deflateSync(said)])],
    ['far inside', Buffer.concat([Buffer.alloc(9000, 7), gzipSync(said)])],
    ['behind much else that is compressed', gzipSync(many)],
    ['behind much that does not get smaller', zlib.deflateSync(noise + said)],
    ['the same by Brotli', zlib.brotliCompressSync(noise + said)],
  ];

  it.each(packings)('hold no credential: %s', (_name, bytes) => {
    const data = bytes.toString('base64');
    const blocks = [
      { ...IMAGE, data },
      { type: 'resource', resource: { uri: 'file:///x', blob: data } },
    ];
    for (const block of blocks) {
      expect(JSON.stringify(passedOn({ content: [block] }))).toContain('withheld by Valet Key');
    }
  });

  it('are handed on where none is in them', () => {
    for (const bytes of [gzipSync('nothing in particular'), Buffer.concat([png, zlib.deflateSync(noise)])]) {
      const result = { content: [{ ...IMAGE, data: bytes.toString('base64') }] };
      expect(passedOn(result)).toEqual(result);
    }
  });

  it('are looked for at once in a few parts alone', () => {
    const content = Array.from({ length: 17 }, () => ({ ...IMAGE }));
    expect(() => toolResultText(JSON.stringify({ content }), redactor, 4096)).toThrow(TooMuchInsideError);
    expect(passedOn({ content })).toEqual({ content });
  });
});
