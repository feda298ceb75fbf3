import { parseDocument } from 'yaml';

/** A string as YAML that means the same inside and outside braces; JSON's strings are YAML's double-quoted ones. */
export function scalar(value: string): string {
  const plain = /^[A-Za-z0-9/][A-Za-z0-9_./*%:-]*[A-Za-z0-9_/*%]$/.test(value) && parseDocument(value).toJS() === value;
  return plain ? value : JSON.stringify(value);
}

/** A value on one line, with braces and brackets. */
export function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`;
  if (typeof value === 'string') return scalar(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const pairs = Object.entries(value).map(([key, one]) => `${scalar(key)}: ${flowText(one)}`);
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}
