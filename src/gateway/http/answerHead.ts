import { MAX_HEADER_BYTES } from './transportError.ts';

const LINE_FEED = 0x0a;
const VERSION = Buffer.from('HTTP/');
/** RFC 9110 section 15.2, but for 101, behind which no other head comes. */
const INTERIM = /^HTTP\/1\.[01] 1(?!01)\d\d(?!\d)/;
/** The one that undici takes without having asked for it, and in whose version a connection goes on. */
const EARLY_HINTS = 'HTTP/1.1 103 Early Hints';
const LENGTH = /^content-length[ \t]*:/i;

/**
 * Rewrites the heads of answers, as they come in, where HTTP lets a client take what undici refuses:
 *
 * - `100 Continue` that nobody waits for (RFC 9110 section 15.2), as IIS and small servers send it: an interim answer becomes a 103
 * - lines that end in a line feed alone (RFC 9112 section 2.2)
 * - the same `content-length` more than once (RFC 9110 section 8.6)
 *
 * It holds back no more than a line, so that what arrives in pieces is parsed in pieces.
 */
export class AnswerHead {
  #state: 'status' | 'fields' | 'body' = 'status';
  #held: Buffer = Buffer.alloc(0);
  #isInterim = false;
  #length: string | undefined;

  /** A request is written: what comes next is the head of its answer. */
  begin(): void {
    if (this.#state === 'body') this.#state = 'status';
  }

  /** What is to be parsed now: nothing while a line is not whole. */
  push(piece: Buffer): Buffer {
    if (this.#state === 'body') return piece;
    const bytes = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece]);
    const lines: string[] = [];
    let at = 0;
    while (this.#isHead(bytes, at)) {
      const end = bytes.indexOf(LINE_FEED, at);
      if (end === -1) break;
      lines.push(this.#line(bytes.toString('latin1', at, end)));
      at = end + 1;
    }
    const whole = Buffer.from(lines.join(''), 'latin1');
    const rest = bytes.subarray(at);
    if (this.#isHead(bytes, at) && rest.length <= MAX_HEADER_BYTES) {
      this.#held = rest;
      return whole;
    }
    this.#held = Buffer.alloc(0);
    this.#state = 'body';
    return Buffer.concat([whole, rest]);
  }

  /** Whether what stands there is, or may become, a line of a head. */
  #isHead(bytes: Buffer, at: number): boolean {
    if (this.#state !== 'status') return this.#state === 'fields';
    const start = bytes.subarray(at, at + VERSION.length);
    return start.equals(VERSION.subarray(0, start.length));
  }

  /** The line as undici takes it, with its end; an empty text for one that says nothing new. */
  #line(raw: string): string {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (this.#state === 'status') {
      this.#state = 'fields';
      this.#isInterim = INTERIM.test(line);
      this.#length = undefined;
      return `${this.#isInterim ? EARLY_HINTS : line}\r\n`;
    }
    if (line === '') {
      this.#state = this.#isInterim ? 'status' : 'body';
      return '\r\n';
    }
    return LENGTH.test(line) ? this.#lengthLine(line) : `${line}\r\n`;
  }

  #lengthLine(line: string): string {
    const values = line.slice(line.indexOf(':') + 1).split(',');
    const [first = '', ...others] = values.map((value) => value.trim());
    if (!/^\d+$/.test(first) || others.some((other) => other !== first)) return `${line}\r\n`;
    if (this.#length === first) return '';
    this.#length ??= first;
    return `content-length: ${first}\r\n`;
  }
}
