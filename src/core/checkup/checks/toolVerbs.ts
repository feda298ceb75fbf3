import { wordsOfName } from '../secrets/names.ts';

/** What tools that read begin with, docs/servers.md. */
const READS = new Set('get list search read find describe show count'.split(' '));

/** Verbs that change nothing either, behind which a word of the others is a thing: `retrieve_push_rules`. */
const LOOKS = new Set('retrieve fetch view poll watch inspect check preview compare validate'.split(' '));

const WRITES = new Set(
  (
    'write writes delete remove create update upsert insert edit modify patch put set add append push merge execute exec eval run ' +
    'shell send post publish drop truncate deploy install uninstall move rename replace reset restart start stop kill cancel close ' +
    'approve reject transfer pay purge archive revoke grant commit upload apply destroy terminate rollback revert undo scale trigger ' +
    'dispatch invoke launch provision configure save store import sync copy clone fork mkdir touch chmod chown rm rmdir mv unlink wipe ' +
    'clear flush erase evict drain cordon enable disable toggle lock unlock ban block invite assign comment reply tweet share ' +
    'subscribe unsubscribe register buy sell refund withdraw rotate change click fill submit drag evaluate ' +
    'bash zsh powershell terminal cli mute pin mark close reopen hset zadd lpush sadd setex ' +
    'increment decrement schedule inject impersonate exploit'
  ).split(' '),
);

/** Verbs that are no things: what is read behind another verb is no `write`. */
const CHANGES = new Set('write delete edit create modify'.split(' '));

/** Between two verbs: `get_or_create_user`. */
const AND = new Set(['and', 'or', 'then']);

/**
 * Whether a tool writes, by the words of its name: the first verb says what it does, so `get_last_update` reads and
 * `run_workflow` writes. A name that ends with a reading verb reads, such as `workflow_run_get`.
 */
export function writes(tool: string): boolean {
  const words = wordsOfName(tool);
  // Two verbs without a word between them: `read_write_file`.
  if (READS.has(words[0] ?? '') && CHANGES.has(words[1] ?? '')) return true;
  const verb = words.findIndex((word) => READS.has(word) || LOOKS.has(word) || WRITES.has(word));
  if (words.some((word, at) => WRITES.has(word) && AND.has(words[at - 1] ?? ''))) return true;
  const writing = WRITES.has(words[verb] ?? '');
  return writing && (verb === 0 || !READS.has(words.at(-1) ?? ''));
}
