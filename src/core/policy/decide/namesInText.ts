import { isTooHeavy } from '../../jsonWeight.ts';
import { parseJson } from '../../parseJson.ts';
import { readJson } from '../../request/parts/jsonText.ts';
import { nameRoots } from './fieldNames.ts';
import { rootsOf } from './jsonFields.ts';

/** JSON that is longer is not read at every decision. */
const MAX_JSON = 1024 * 1024;
/** So many fields Tomcat reads of a form; others read a thousand (PHP, Koa, Hapi, Express), or all of them (Python). */
const MAX_NAMES = 10_000;
/** Longest name that is looked at, however it is escaped. */
const MAX_NAME = 200;
/** How many characters of names that are not plain are taken apart. */
const MAX_ODD = 32 * 1024;
const JSON_LIMITS = { names: 20_000, items: 100_000, kept: 0 };

/**
 * The names of the fields that a text body has for a server which takes it for JSON or a form without looking at its type,
 * as PHP does that decodes what it is sent. `many`: more than are worth reading.
 */
export function namesInText(text: string): ReadonlySet<string> | 'many' {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{')) return namesInForm(text);
  if (trimmed.length > MAX_JSON) return 'many';
  const json = readJson(trimmed, JSON_LIMITS);
  if (json) return rootsOf(json);
  // An object that has a name twice, or is very deep, is one to many a server, which takes what we cannot tell.
  return isTooHeavy(trimmed) || parseJson(trimmed) !== undefined ? 'many' : namesInForm(text);
}

function namesInForm(text: string): ReadonlySet<string> | 'many' {
  const roots = new Set<string>();
  if (!text.includes('=')) return roots;
  let odd = 0;
  const pieces = text.split(/[&;]/, MAX_NAMES + 1);
  if (pieces.length > MAX_NAMES) return 'many';
  for (const piece of pieces) {
    const equals = piece.indexOf('=');
    const name = equals === -1 ? piece : piece.slice(0, equals);
    // Markup and code are no form.
    if (name.length > MAX_NAME || /[<>"'`(){}]/.test(name)) continue;
    if (!/^\w*$/.test(name)) odd += name.length;
    if (odd > MAX_ODD) return 'many';
    for (const root of nameRoots(name.replaceAll('+', ' '))) roots.add(root);
  }
  return roots;
}
