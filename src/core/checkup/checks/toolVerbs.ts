import { wordsOfName } from '../secrets/names.ts';

/** What tools that read begin with, docs/servers.md. */
const READS = new Set('get list search read find describe show count'.split(' '));

const WRITES = new Set(
  (
    'write writes delete remove create update upsert insert edit modify patch put set add append push merge execute exec eval run ' +
    'shell send post publish drop truncate deploy install uninstall move rename replace reset restart start stop kill cancel close ' +
    'approve reject transfer pay purge archive revoke grant commit upload'
  ).split(' '),
);

/** Between two verbs: `get_or_create_user`. */
const AND = new Set(['and', 'or', 'then']);

/**
 * Whether a tool writes, by the words of its name: the first verb says what it does, so `get_last_update` reads and
 * `run_workflow` writes. A name that ends with a reading verb reads, such as `workflow_run_get`.
 */
export function writes(tool: string): boolean {
  const words = wordsOfName(tool);
  const verb = words.findIndex((word) => READS.has(word) || WRITES.has(word));
  if (words.some((word, at) => WRITES.has(word) && AND.has(words[at - 1] ?? ''))) return true;
  const writing = WRITES.has(words[verb] ?? '');
  return writing && (verb === 0 || !READS.has(words.at(-1) ?? ''));
}
