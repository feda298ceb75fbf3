import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Answered } from '../../src/proxy/reply.ts';
import { wrappedResultJson } from '../../src/proxy/wrappedResult.ts';

const text = (value: string): object => ({ type: 'text', text: value });
const image = { type: 'image', data: 'aGk=', mimeType: 'image/png' };

function forOlder(result: object): unknown {
  return JSON.parse(wrappedResultJson(new Answered(JSON.stringify(result)), false));
}

describe('a result for a client that does not know structuredContent', () => {
  it.each([
    ['said twice', { content: [text('{"a":1}')], structuredContent: { a: 1 } }, [text('{"a":1}')]],
    ['said twice, spaced', { content: [text('{\n  "a": 1 }')], structuredContent: { a: 1 } }, [text('{\n  "a": 1 }')]],
    ['said once', { content: [], structuredContent: { a: 1 } }, [text('{"a":1}')]],
    ['beside other words', { content: [text('one')], structuredContent: { a: 1 } }, [text('one'), text('{"a":1}')]],
    ['beside a picture', { content: [image], structuredContent: { a: 1 } }, [image, text('{"a":1}')]],
    ['not there', { content: [text('one')] }, [text('one')]],
  ])('has once what was %s', (_, result, content) => {
    expect(forOlder(result)).toEqual({ content });
  });

  it('keeps what else it says', () => {
    expect(forOlder({ content: [], structuredContent: { a: 1 }, isError: true })).toEqual({
      content: [text('{"a":1}')],
      isError: true,
    });
  });

  it('loses nothing and has nothing twice', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.boolean(), (structuredContent, both) => {
        const json = JSON.stringify(structuredContent);
        const content = both ? [text(json)] : [];
        expect(forOlder({ content, structuredContent })).toEqual({ content: [text(json)] });
      }),
    );
  });

  it('goes as it came to any other', () => {
    const json = JSON.stringify({ content: [text('{"a":1}')], structuredContent: { a: 1 } });
    expect(wrappedResultJson(new Answered(json), true)).toBe(json);
  });
});
