import { isScalar } from 'yaml';
import type { BaseUrl } from '../../net/baseUrl.ts';
import { ofAnotherUrl, parseBaseUrl } from '../../net/baseUrl.ts';
import type { Network } from '../../net/network.ts';
import { isReservedHeader, sameHeader } from '../../request/parts/headers.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';
import type { Span } from '../../text/span.ts';
import { warnOfLocalhost } from '../text/localhostWarning.ts';
import { type Entry, type Fields, type Reader, spanOf } from '../text/reader.ts';

/** A field name: RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;

/** Whether a text can be the name of a header field (RFC 9110, 5.1: a token). */
export function isHeaderName(text: string): boolean {
  return TOKEN.test(text);
}

/** The form of a field, and what to say of a value that does not have it. */
interface Form {
  readonly pattern: RegExp;
  /** Ends "`auth.x` must be …". */
  readonly says: Phrase;
}

/**
 * Reads the fields of one `auth` and puts each problem at the value that is wrong. A field that is absent or wrong is
 * undefined; {@link AuthReader.sound} tells whether any was wrong.
 */
export class AuthReader {
  readonly #reader: Reader;
  readonly #fields: Fields;
  /** Where a missing key is reported. */
  readonly #owner: Span;
  readonly #type: string;
  /** Of the service: the token endpoint is dialled under the same rule. Undefined when it is itself wrong. */
  readonly #network: Network | undefined;
  #sound = true;

  constructor(reader: Reader, fields: Fields, owner: Span, type: string, network: Network | undefined) {
    this.#reader = reader;
    this.#fields = fields;
    this.#owner = owner;
    this.#type = type;
    this.#network = network;
  }

  /** Whether every field read so far was as it must be. */
  get sound(): boolean {
    return this.#sound;
  }

  has(name: string): boolean {
    return this.#fields.get(name) !== undefined;
  }

  text(name: string, form: Form, code = 'bad-auth-value'): string | undefined {
    const field = this.#fields.get(name);
    if (field === undefined) return undefined;
    const value = this.#reader.text(field.value, this.#reader.at(field), `\`auth.${name}\``);
    if (value !== undefined && form.pattern.test(value)) return value;
    if (value !== undefined) this.wrong(name, phrase`\`auth.${name}\` must be ${form.says}.`, code);
    this.#sound = false;
    return undefined;
  }

  requiredText(name: string, form: Form, example: string, code?: string): string {
    this.require(name, example);
    return this.text(name, form, code) ?? '';
  }

  /** A text, or a whole number written without quotes. */
  requiredId(name: string, example: string): string {
    this.require(name, example);
    const value = this.#fields.get(name)?.value;
    if (isScalar(value) && typeof value.value === 'number' && Number.isSafeInteger(value.value) && value.value > 0) {
      return String(value.value);
    }
    return (
      this.text(name, { pattern: /^[A-Za-z0-9._-]{1,64}$/, says: phrase`an ID: letters, digits and dashes` }) ?? ''
    );
  }

  word<T extends string>(name: string, words: readonly T[]): T | undefined {
    const field = this.#fields.get(name);
    if (field === undefined) return undefined;
    const value = this.#reader.word(field, words, 'bad-auth-value', `\`auth.${name}\``);
    if (value === undefined) this.#sound = false;
    return value;
  }

  requiredWord<T extends string>(name: string, words: readonly [T, ...T[]], example: string): T {
    this.require(name, example);
    return this.word(name, words) ?? words[0];
  }

  /** A list of texts, at least one. */
  list(name: string, form: Form, example: string): readonly string[] | undefined {
    const field = this.#fields.get(name);
    if (field === undefined) return undefined;
    const items = this.#reader.list(field, `\`auth.${name}\``, example);
    const texts = items?.map((item) => {
      const at = item === null ? this.#reader.at(field) : spanOf(item);
      const text = this.#reader.text(item, at, phrase`An item of \`auth.${name}\``);
      if (text !== undefined && form.pattern.test(text)) return text;
      if (text !== undefined) {
        this.#reader.problems.error('bad-auth-value', at, phrase`An item of \`auth.${name}\` must be ${form.says}.`);
      }
      this.#sound = false;
      return '';
    });
    if (texts === undefined) this.#sound = false;
    else if (texts.length === 0)
      this.wrong(name, phrase`\`auth.${name}\` is empty. List at least one, such as ${example}.`);
    return texts;
  }

  /** A map of texts. */
  map(name: string, key: Form, value: Form, example: string): Readonly<Record<string, string>> | undefined {
    const field = this.#fields.get(name);
    if (field === undefined) return undefined;
    const entries = this.#reader.map(field.value, this.#reader.at(field), `\`auth.${name}\``, example);
    if (entries === undefined) {
      this.#sound = false;
      return undefined;
    }
    return Object.fromEntries(entries.entries.map((entry) => this.#pair(name, entry, key, value)));
  }

  #pair(owner: string, entry: Entry, key: Form, form: Form): readonly [string, string] {
    if (!key.pattern.test(entry.name)) {
      this.#sound = false;
      this.#reader.problems.error('bad-auth-value', entry.key, phrase`A key in \`auth.${owner}\` must be ${key.says}.`);
    }
    const value = this.#reader.text(entry.value, this.#reader.at(entry), `\`auth.${owner}.${entry.name}\``);
    if (value === undefined || !form.pattern.test(value)) {
      this.#sound = false;
      if (value !== undefined) {
        const message = phrase`A value in \`auth.${owner}\` must be ${form.says}.`;
        this.#reader.problems.error('bad-auth-value', this.#reader.at(entry), message);
      }
    }
    return [entry.name, value ?? ''];
  }

  /** A header that may carry a credential, or a part of one. */
  header(name: string, { reserved = false } = {}): string | undefined {
    const value = this.text(
      name,
      { pattern: TOKEN, says: phrase`a header name: letters, digits and dashes` },
      'bad-auth-name',
    );
    if (value === undefined) return undefined;
    if ((reserved || !sameHeader(value, 'authorization')) && isReservedHeader(value.toLowerCase())) {
      this.wrong(
        name,
        phrase`This header cannot carry a credential. Use Authorization or a header of the API’s own.`,
        'bad-auth-name',
      );
      return undefined;
    }
    return value;
  }

  /** A URL that a credential is sent to, or the user: checked as `baseUrl` is. `byDefault` must be right. */
  requiredUrl(name: string, example: string, byDefault?: string): BaseUrl | undefined {
    const field = this.#fields.get(name);
    if (field === undefined && byDefault === undefined) this.require(name, example);
    const text = field ? this.#reader.text(field.value, this.#reader.at(field), `\`auth.${name}\``) : byDefault;
    // Which hosts are right depends on the network: with an unknown one there is nothing to say.
    const url = text === undefined || this.#network === undefined ? undefined : parseBaseUrl(text, this.#network);
    if (url?.ok) {
      if (field) warnOfLocalhost(this.#reader.problems, this.#reader.at(field), url.value);
      return url.value;
    }
    if (url) this.wrong(name, ofAnotherUrl(url.error.message, phrase`URL in \`auth.${name}\``), url.error.code);
    this.#sound = false;
    return undefined;
  }

  wrong(name: string, message: Phrase, code = 'bad-auth-value'): void {
    const field = this.#fields.get(name);
    this.#sound = false;
    this.#reader.problems.error(code, field === undefined ? this.#owner : this.#reader.at(field), message);
  }

  require(name: string, example: string): void {
    if (this.has(name)) return;
    this.#reader.missing(this.#owner, phrase`\`auth\` of type ${this.#type}`, name, example);
    this.#sound = false;
  }
}
