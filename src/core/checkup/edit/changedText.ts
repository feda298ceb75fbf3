import { inEnglish, type Phrase, phrase } from '../../text/phrase.ts';
import { applyEdits, type TextEdit } from '../../text/textEdit.ts';
import type { ConfigFile, ConfigFormat } from '../model/checkupModel.ts';
import type { ConfigNode } from '../read/configNode.ts';
import { parseConfig } from '../read/readConfig.ts';
import { type ConfigChange, isAmbiguous, isWithin } from './configChange.ts';
import { meaningOf } from './configMeaning.ts';
import { jsonEdits } from './jsonEdits.ts';
import { tomlEdits } from './tomlEdits.ts';
import { yamlEdits } from './yamlEdits.ts';

/** The file cannot be changed so; nothing about the text itself is said. */
export class RemovalNotPossibleError extends Error {
  readonly reason: Phrase;

  constructor(reason: Phrase) {
    super(inEnglish(reason));
    this.reason = reason;
  }
}

type Text = Pick<ConfigFile, 'text' | 'format'>;

/** What makes changes in a text of one format; undefined where it has no way to write one of them. */
type Editor = (text: string, root: ConfigNode, changes: readonly ConfigChange[]) => readonly TextEdit[] | undefined;

const EDITORS: Readonly<Record<ConfigFormat, Editor>> = {
  jsonc: jsonEdits,
  toml: tomlEdits,
  yaml: yamlEdits,
  markdown: yamlEdits,
};

/** A file's tree, for those who look for what they change. Throws {@link RemovalNotPossibleError} where it is broken. */
export function rootOf(file: Text): ConfigNode | undefined {
  const parsed = parseConfig(file);
  if ('root' in parsed && parsed.note === undefined) return parsed.root;
  throw new RemovalNotPossibleError(
    phrase`A part of the file cannot be read, so no change to it would be safe. The checkup shows where: fix that first.`,
  );
}

/**
 * The file's text with these changes, and everything else in it as it is. The result is read again as its client reads it,
 * and compared with what was meant: throws {@link RemovalNotPossibleError} unless it says exactly that.
 */
export function changedText(file: Text, changes: readonly ConfigChange[]): string {
  const root = rootOf(file);
  if (root === undefined) throw new RemovalNotPossibleError(phrase`The file no longer has this entry.`);
  if (changes.some(({ path }) => isAmbiguous(root, path))) {
    throw new RemovalNotPossibleError(
      phrase`Two entries of the file have the same name, so it is not certain which one is meant. Rename or remove one.`,
    );
  }
  const outer = changes.filter(({ kind }) => kind === 'remove' || kind === 'replace');
  const outermost = changes.filter(
    (change) =>
      !outer.some(({ path }) => path !== change.path && isWithin(change.path, path) && !isWithin(path, change.path)),
  );
  const edits = EDITORS[file.format](file.text, root, outermost);
  const after = edits && applyEdits(file.text, edits);
  if (after === undefined || !says(file, after, meaningOf(root, file, outermost))) {
    throw new RemovalNotPossibleError(
      phrase`The file is written in a way that this change would damage, so it was left as it is. Change it by hand.`,
    );
  }
  return after;
}

function says({ text, format }: Text, after: string, meant: string): boolean {
  const parsed = parseConfig({ text: after, format });
  if (!('root' in parsed) || parsed.note !== undefined) return false;
  // Some clients read JSON alone, without comments and trailing commas.
  if (format === 'jsonc' && isStrict(text) && !isStrict(after)) return false;
  return meaningOf(parsed.root, { text: after, format }) === meant;
}

function isStrict(text: string): boolean {
  try {
    JSON.parse(text.replace(/^\u{feff}/u, ''));
    return true;
  } catch {
    return false;
  }
}
