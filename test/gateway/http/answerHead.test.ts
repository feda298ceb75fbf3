import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerHead } from '../../../src/gateway/http/answerHead.ts';

/** What comes of these bytes when they arrive in pieces of such lengths. */
function mended(bytes: string, lengths: readonly number[] = [bytes.length]): string {
  const head = new AnswerHead();
  let out = '';
  let at = 0;
  for (const length of lengths) {
    out += head.push(Buffer.from(bytes.slice(at, at + length), 'latin1')).toString('latin1');
    at += length;
  }
  return out + head.push(Buffer.from(bytes.slice(at), 'latin1')).toString('latin1');
}

const OK = 'HTTP/1.1 200 OK\r\n';

describe('the head of an answer', () => {
  it.each([
    ['100', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
    ['100 in the older version', 'HTTP/1.0 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
    ['line feeds alone', 'HTTP/1.1 200 OK\na: b\n\nx\ny', `${OK}a: b\r\n\r\nx\ny`],
    ['line feeds here and there', 'HTTP/1.1 200 OK\r\na: b\nc: d\r\n\nx', `${OK}a: b\r\nc: d\r\n\r\nx`],
    ['one length twice', `${OK}Content-Length: 2\r\ncontent-length: 2\r\n\r\nok`, `${OK}content-length: 2\r\n\r\nok`],
    ['one length in a list', `${OK}Content-Length : 2, 2,2\r\n\r\nok`, `${OK}content-length: 2\r\n\r\nok`],
    [
      'one length with others between',
      `${OK}content-length: 2\r\na: b\r\ncontent-length:2\r\n\r\nok`,
      `${OK}content-length: 2\r\na: b\r\n\r\nok`,
    ],
  ])('becomes what undici takes: %s', (_, bytes, wanted) => {
    expect(mended(bytes)).toBe(wanted);
  });

  it.each([
    ['two lengths', `${OK}content-length: 2\r\ncontent-length: 3\r\n\r\nok`],
    ['two lengths in a list', `${OK}content-length: 2, 3\r\n\r\nok`],
    ['a length that is none', `${OK}content-length: 0x2\r\n\r\nok`],
    ['101', 'HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n'],
    ['1000', 'HTTP/1.1 1000 Odd\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n'],
    ['a body that looks like a head', `${OK}content-length: 99\r\n\r\nHTTP/1.1 100 Continue\n\ncontent-length: 1\n`],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\n'],
    ['another protocol that begins alike', 'HTCPCP/1.0 418 I am a teapot\n'],
    ['a line that is longer than any head', `${OK}a: ${'b'.repeat(33 * 1024)}\r\n\r\n`],
    ['a line that is longer than any head, and does not end', `${OK}a: ${'b'.repeat(33 * 1024)}`],
  ])('is left as it is: %s', (_, bytes) => {
    expect(mended(bytes)).toBe(bytes);
    expect(
      mended(
        bytes,
        Array.from({ length: bytes.length }, () => 1),
      ),
    ).toBe(bytes);
  });

  it('comes to the same in pieces of any length', () => {
    const field = fc.constantFrom('a: b', 'content-length: 2', 'Content-Length: 2', 'x:', 'date: today', 'é: ü');
    const end = fc.constantFrom('\r\n', '\n');
    const status = fc.constantFrom('HTTP/1.1 100 Continue', 'HTTP/1.1 103 X', 'HTTP/1.0 200 OK', 'HTTP/1.1 404');
    const head = fc
      .tuple(status, fc.array(field, { maxLength: 6 }), end)
      .map(([first, fields, line]) => [first, ...fields, '', ''].join(line));
    fc.assert(
      fc.property(
        fc.array(head, { minLength: 1, maxLength: 4 }),
        fc.string(),
        fc.array(fc.nat({ max: 40 }), { maxLength: 30 }),
        (heads, body, lengths) => {
          const bytes = Buffer.from(`${heads.join('')}${body}`, 'utf8').toString('latin1');
          expect(mended(bytes, lengths)).toBe(mended(bytes));
        },
      ),
    );
  });

  it('of another answer on the same connection is mended, too', () => {
    const head = new AnswerHead();
    const taken = (text: string): string => head.push(Buffer.from(text)).toString();
    expect(taken(`${OK}content-length: 4\r\n\r\nbody`)).toBe(`${OK}content-length: 4\r\n\r\nbody`);
    head.begin();
    expect(taken('HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\n\n')).toBe(`HTTP/1.1 103 Early Hints\r\n\r\n${OK}\r\n`);
  });
});
