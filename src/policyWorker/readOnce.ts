import type { ReadPolicy } from '../core/policy/model/policy.ts';

/** What is written, what is approved, and what was approved before saves narrowed it; and one that is typed. */
const MAX_KEPT = 4;

/** Reads a text once for all that is asked about it: the documents of the last texts are kept. */
export function readOnce(read: ReadPolicy): ReadPolicy {
  const kept = new Map<string, ReturnType<ReadPolicy>>();
  return (text, author) => {
    const key = `${author} ${text}`;
    const document = kept.get(key) ?? read(text, author);
    kept.delete(key);
    kept.set(key, document);
    const [oldest] = kept.keys();
    if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    return document;
  };
}
