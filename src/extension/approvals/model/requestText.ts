import { escapeUnshowable } from '../../../core/audit/escape.ts';
import type { ApprovalQuestion } from '../../../gateway/control/controlPort.ts';

type Body = NonNullable<ApprovalQuestion['body']>;

/** A text of an agent's choice on one line: nothing in it is hidden or starts a line of its own. */
export function oneLine(text: string): string {
  return escapeUnshowable(text).replaceAll(/[^\S ]/g, ' ');
}

/** The beginning of a text, and how many characters there were more. */
export interface Beginning {
  readonly text: string;
  readonly left: number;
}

export function cut(text: string, most: number): Beginning {
  const points = text.length > most ? text.slice(0, most) : text;
  return { text: points, left: text.length - points.length };
}

/**
 * The beginning of a body on one line that cannot be taken for ours: JSON and forms as they are sent, other text as a JSON
 * string. What is not shown is not escaped either: a megabyte of it would take half a second.
 */
export function bodyOnOneLine({ contentType, text }: Body, most: number): Beginning {
  const plain = isJson(contentType) || isForm(contentType);
  const whole = plain ? minified(text) : text;
  const first = whole.slice(0, most);
  const shown = cut(oneLine(plain ? first : JSON.stringify(first)), most);
  return { text: shown.text, left: shown.left + whole.length - first.length };
}

/** The body for reading, one entry a line. What is not exactly the same when it is read again is shown as it is sent. */
export function bodyLines({ contentType, text }: Body): readonly string[] {
  if (isJson(contentType)) return prettyJson(text).split('\n').map(oneLine);
  if (isForm(contentType)) {
    return [...pairLines(text), '', oneLine(text)];
  }
  return text.split(/\r\n|\n|\r/).map(oneLine);
}

/** The query of a URL for reading, a parameter a line; none for a URL without one. */
export function queryLines(url: string): readonly string[] {
  const mark = url.indexOf('?');
  return mark === -1 ? [] : pairLines(url.slice(mark + 1));
}

function pairLines(encoded: string): readonly string[] {
  return [...new URLSearchParams(encoded)].map(([name, value]) => oneLine(`${name} = ${value}`));
}

function isJson(contentType: string): boolean {
  return /^application\/(?:json|[^;]+\+json)\b/.test(contentType);
}

function isForm(contentType: string): boolean {
  return contentType.startsWith('application/x-www-form-urlencoded');
}

function prettyJson(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    // Numbers beyond JavaScript's, repeated keys: what would read differently is shown as it is.
    return JSON.stringify(value) === text ? JSON.stringify(value, undefined, 2) : text;
  } catch {
    return text;
  }
}

function minified(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
