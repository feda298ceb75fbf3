/** Digits enough that a double may not hold the number, or an exponent: worth a closer look. */
const SUSPICIOUS_NUMBER = /[0-9][0-9.]{15,}|[0-9][eE][+-]?[0-9]/;

/** Deeper answers stay text: everything that walks a value may recurse this far and no further. */
const MAX_DEPTH = 256;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;

/**
 * Parses a JSON text. Undefined when it is not JSON, is nested deeper than 256, or when it holds a number that a double cannot represent exactly
 * (then the text itself is the truthful answer; RFC 8259 section 6).
 */
export function parseExactJson(text: string): { readonly value: unknown } | undefined {
  const parsed = parseJson(text);
  return parsed !== undefined && holdsExactNumbers(text) ? parsed : undefined;
}

/** The same, numbers that are not exact included. */
export function parseJson(
  text: string,
  reviver?: (name: string, value: unknown) => unknown,
): { readonly value: unknown } | undefined {
  if (isDeeperThan(text, MAX_DEPTH)) return undefined;
  try {
    return { value: JSON.parse(text, reviver) };
  } catch {
    return undefined;
  }
}

/**
 * Whether doubles represent all numbers of a JSON text. It looks at the text itself: a reviver is told how a number is
 * written by newer engines alone, and takes longer.
 */
function holdsExactNumbers(text: string): boolean {
  if (!SUSPICIOUS_NUMBER.test(text)) return true;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === MINUS || isDigit(code)) {
      const start = at;
      while (isInNumber(text.charCodeAt(at + 1))) at++;
      const token = text.slice(start, at + 1);
      if (SUSPICIOUS_NUMBER.test(token) && !sameNumber(token, Number(token))) return false;
    }
  }
  return true;
}

/** Where the string ends whose first quote stands at `start`, in a text that is JSON. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - escapes - 1) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return at;
  }
  return text.length;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isInNumber(code: number): boolean {
  return isDigit(code) || code === 0x2e || code === 0x45 || code === 0x65 || code === 0x2b || code === MINUS;
}

function sameNumber(source: string, value: number): boolean {
  return Number.isFinite(value) && normalForm(source) === normalForm(String(value));
}

/** Sign, significant digits and exponent of a decimal, so that `1.50e3`, `1500` and `15e2` are one text. */
function normalForm(decimal: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(decimal);
  if (!match) return decimal;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  const stripped = digits.replace(/^0+/, '').replace(/(?<!0)0+$/, '');
  if (stripped === '') return '0';
  const trailingZeros = digits.length - digits.replace(/(?<!0)0+$/, '').length;
  return `${sign}${stripped}e${Number(exponent) - fraction.length + trailingZeros}`;
}

function isDeeperThan(text: string, limit: number): boolean {
  if (!hasMoreThan(text, limit)) return false;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > limit) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return false;
}

/** Whether as many brackets open at all, in strings or not: in most answers few do, and to find them takes no time. */
function hasMoreThan(text: string, limit: number): boolean {
  let count = 0;
  for (const bracket of ['[', '{']) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) if (++count > limit) return true;
  }
  return false;
}
