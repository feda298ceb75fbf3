/** A line of a server's standard output: the message on it, and what else stands there. */
export interface MessageLine {
  /** Undefined where there is none. */
  readonly json?: unknown;
  /** Empty where there is nothing else. */
  readonly noise: string;
}

/** Braces before the message that are tried: a line of a log may have some of its own. */
const MAX_TRIED = 8;

/**
 * Reads a line. A byte order mark is passed over, and so is what a program wrote on the line of its message,
 * such as `Loading... {"jsonrpc":"2.0",…}`: only a message of JSON-RPC counts there, as the rest of a log's line may be JSON, too.
 */
export function readMessageLine(line: string): MessageLine {
  const text = line.replace(/^\uFEFF/, '');
  const whole = parsed(text);
  if (whole !== undefined) return { json: whole, noise: '' };
  let at = text.indexOf('{');
  const end = text.lastIndexOf('}') + 1;
  for (let tried = 0; at !== -1 && tried < MAX_TRIED; tried++) {
    const json = parsed(text.slice(at, end));
    if (isMessage(json)) return { json, noise: `${text.slice(0, at).trim()} ${text.slice(end).trim()}`.trim() };
    at = text.indexOf('{', at + 1);
  }
  return { noise: text };
}

function isMessage(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'jsonrpc' in json;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
