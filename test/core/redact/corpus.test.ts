import { readFileSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../src/core/redact/redactor.ts';
import { Secret } from '../../../src/core/secret.ts';

interface Case {
  readonly id: string;
  readonly level: 'must' | 'should';
  readonly secrets: readonly { readonly name: string; readonly value: string }[];
  readonly where: string;
  readonly content_type: string;
  readonly content_encoding?: string;
  readonly payload_b64: string;
  readonly chunks_b64?: readonly string[];
  readonly expect: 'redact' | 'unchanged' | 'not-required';
  readonly forbidden?: readonly string[];
  readonly max_residual_run?: number;
  readonly must_survive?: readonly string[];
  readonly reason: string;
}

const CASES: readonly Case[] = readFileSync(new URL('../../corpus/redaction.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);

const DECODERS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  deflate: inflateSync,
};

/** What an agent would receive of a case: decoded as the gateway does, then redacted. */
function received(test: Case): string[] {
  const redactor = new Redactor(test.secrets.map(({ name, value }) => ({ name, value: new Secret(value) })));
  // Answers are buffered whole, so that the chunks of a body are one text here.
  const sent = Buffer.concat((test.chunks_b64 ?? [test.payload_b64]).map((part) => Buffer.from(part, 'base64')));
  const bytes = (DECODERS[test.content_encoding ?? ''] ?? ((same: Buffer) => same))(sent);
  if (test.content_type.startsWith('image/')) {
    return redactor.binary(bytes) > 0 ? [] : [bytes.toString('base64')];
  }
  const text = bytes.toString('utf8');
  const outputs = [redactor.text(text).text];
  if (test.content_type === 'application/json' && !test.where.startsWith('header:') && /^[[{]/.test(text)) {
    const { value } = redactor.json(JSON.parse(text));
    outputs.push(JSON.stringify(value), JSON.stringify(JSON.parse(outputs[0] ?? '')));
  }
  return outputs;
}

/** Length of the longest run of `wanted` in `text`. */
function longestRun(text: string, wanted: string): number {
  let longest = 0;
  for (let start = 0; start < wanted.length; start++) {
    while (start + longest < wanted.length && text.includes(wanted.slice(start, start + longest + 1))) {
      longest += 1;
    }
  }
  return longest;
}

function failuresOf(test: Case): string[] {
  const outputs = received(test);
  switch (test.expect) {
    case 'not-required':
      return [];
    case 'unchanged':
      return (test.must_survive ?? []).filter((text) => !outputs.every((output) => output.includes(text)));
    case 'redact':
      return (test.forbidden ?? []).filter((text) =>
        outputs.some((output) => longestRun(output, text) > (test.max_residual_run ?? 0)),
      );
  }
}

describe('the redaction corpus', () => {
  it('is read whole', () => {
    expect(CASES).toHaveLength(55);
    expect(CASES.filter((test) => test.level === 'must').length).toBeGreaterThan(45);
  });

  it.each(CASES.filter((test) => test.level === 'must'))('$id: $reason', (test) => {
    expect(failuresOf(test)).toEqual([]);
  });

  it('passes what should be, too', () => {
    const should = CASES.filter((test) => test.level === 'should');
    const failed = should.filter((test) => failuresOf(test).length > 0);
    expect(failed.map((test) => test.id)).toEqual([]);
  });
});
