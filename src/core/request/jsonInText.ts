import { isTooHeavy } from '../jsonWeight.ts';

/** How an object or a list begins. */
const BEGINNING = /^(?:\{\s*["}]|\[\s*[[{"\]\-\dtfn])/;

/**
 * The value of a text that a server may take for JSON as a whole: an object or a list. Undefined for all others, which hold
 * no member for anybody. A text of so many that it cannot be parsed in a turn is `too heavy`.
 */
export function jsonIn(text: string): unknown {
  // Many servers pass over a byte order mark, which is white space to `trim` and none to JSON.
  const json = text.trim();
  // Lines of JSON, and whatever else goes on behind its first brackets, may be as long as they like.
  if (!BEGINNING.test(json) || endOfBrackets(json) !== json.length) return undefined;
  if (isTooHeavy(json)) return 'too heavy';
  try {
    return JSON.parse(json);
  } catch {
    // It is no JSON, and no server can take it for it.
    return undefined;
  }
}

/** Where the brackets end that a text begins with, as JSON has them; undefined where they are never closed. */
function endOfBrackets(text: string): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x5b || code === 0x7b) depth++;
    else if ((code === 0x5d || code === 0x7d) && --depth === 0) return at + 1;
  }
  return undefined;
}
