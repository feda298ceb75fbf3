import { type BaseUrl, parseBaseUrl } from '../../src/core/net/baseUrl.ts';
import { Redactor } from '../../src/core/redact/redactor.ts';
import { Secret } from '../../src/core/secret.ts';
import { type AnswerOrder, buildAnswer } from '../../src/gateway/answer/answer.ts';
import { Decompressor } from '../../src/gateway/answer/decode.ts';
import type { BuiltAnswer } from '../../src/gateway/answer/redirect.ts';
import type { Incoming } from '../../src/gateway/http/message.ts';

export function baseUrlOf(text: string): BaseUrl {
  const parsed = parseBaseUrl(text, 'loopback');
  if (!parsed.ok) throw new Error(parsed.error.code);
  return parsed.value;
}

export interface ApiAnswer {
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Incoming['headers'];
  readonly body?: string | Buffer;
}

/** What an agent gets of an API's answer; by default of a GET of `/things` below `https://api.example.com/v1`. */
export function builtAnswer(
  { status = 200, type = 'application/json', headers = [], body = '' }: ApiAnswer,
  {
    call,
    baseUrl = 'https://api.example.com/v1',
    secret,
    ...order
  }: Partial<Omit<AnswerOrder, 'call' | 'baseUrl'>> & {
    readonly call?: Partial<AnswerOrder['call']>;
    readonly baseUrl?: string;
    /** A credential that is known. */
    readonly secret?: string;
  } = {},
): Promise<BuiltAnswer> {
  return buildAnswer(
    { status, headers: type === '' ? headers : [['content-type', type], ...headers], body: Buffer.from(body) },
    {
      call: { service: 'api', method: 'GET', path: '/things', ...call },
      baseUrl: baseUrlOf(baseUrl),
      auth: { type: 'bearer' },
      maxBytes: 10_000_000,
      durationMs: 1,
      ...order,
    },
    new Redactor(secret === undefined ? [] : [{ name: 'api', value: new Secret(secret) }]),
    new Decompressor(),
  );
}
