import { fromBase64 } from '../../base64.ts';
import type { FoundSecret } from './foundSecret.ts';
import { percentDecoded } from './percentDecoded.ts';

/** Base64 of `{"`, `{ `, a line end behind `{`, `[{` or `-----BEGIN`: settings or a key that somebody put into one word. */
const ENCODED = /(?<![\w+/.-])(?:eyJ|eyA|ewo|ew0|W3s|LS0tLS1CRUdJTi)[A-Za-z0-9+/_-]{16,}={0,2}(?![\w.])/g;
/** The same with the escapes of a URL instead: `?config=%7B…`. */
const ESCAPED = /(?<==)%(?:7B|5B)[^&#\s"'=]{8,}/gi;

/** Texts that hold a secret once they are decoded. Each is a secret as a whole: a part of it can be replaced by nobody. */
export function encodedSettings(text: string, holdsSecret: (plain: string) => boolean): FoundSecret[] {
  const lines = text.length < 40 ? undefined : encodedLines(text);
  if (lines !== undefined && holdsSecret(lines)) {
    const start = text.search(/\S/);
    return [{ code: 'secret-value', kind: 'encoded secret', start, end: text.trimEnd().length }];
  }
  const base64 = [...text.matchAll(ENCODED)].map((match) => ({ match, plain: decodedBase64(match[0]) }));
  const escaped = [...text.matchAll(ESCAPED)].map((match) => ({ match, plain: percentDecoded(match[0]) }));
  const inUrl = /^\s*(?:https?|wss?):\/\//i.test(text);
  return [...base64, ...escaped].flatMap(({ match, plain }) => {
    if (plain === undefined || !holdsSecret(plain)) return [];
    return [
      {
        code: inUrl ? ('secret-in-url' as const) : ('secret-value' as const),
        kind: plain.startsWith('-----') ? 'encoded private key' : 'encoded secret',
        start: match.index,
        end: match.index + match[0].length,
      },
    ];
  });
}

/** A text that is base64 as a whole, of lines such as `api_key: …` and `API_KEY=…`: YAML and environment files. */
function encodedLines(text: string): string | undefined {
  const whole = /^\s*([A-Za-z0-9+/]{40,}={0,2})\s*$/.exec(text)?.[1];
  const plain =
    whole === undefined || whole.replaceAll('=', '').length % 4 === 1
      ? undefined
      : fromBase64(whole.replaceAll('=', ''));
  return plain !== undefined && /^[\t\n\r\x20-\x7e]+$/.test(plain) && /[:=]/.test(plain) ? plain : undefined;
}

/** Undefined for what is no text in base64. */
function decodedBase64(text: string): string | undefined {
  const whole = text.replaceAll('=', '');
  if (whole.length % 4 === 1) return undefined;
  const plain = fromBase64(whole);
  return /^(?:\s*[{[]|-----BEGIN )/.test(plain) ? plain : undefined;
}
