import { inEnglish, type Phrase, phrase } from '../../text/phrase.ts';
import { applyEdits } from '../../text/textEdit.ts';
import type { ConfigFile, Finding } from '../model/checkupModel.ts';
import type { ConfigNode } from '../read/configNode.ts';
import { parseJsonc } from '../read/parseJsonc.ts';
import { addedInputs, inputIds, type PasswordInput } from './jsonInputs.ts';
import { isAmbiguous, stepsOf } from './jsonPlace.ts';
import { jsonRemoval } from './jsonRemoval.ts';
import { jsonReplacement } from './jsonReplacement.ts';

/** How a secret leaves its file. */
export type SecretRemoval =
  /** With the whole server: the pointer to its entry. */
  | { readonly kind: 'server'; readonly pointer: string }
  /** With the whole server, in whose place another entry comes. */
  | { readonly kind: 'entry'; readonly pointer: string; readonly entry: Readonly<Record<string, unknown>> }
  /** Alone: its variable or header goes, or its place in a longer text stays empty. */
  | { readonly kind: 'value'; readonly finding: Finding }
  /** VS Code asks for it instead. */
  | { readonly kind: 'input'; readonly finding: Finding };

/** The file cannot be changed so; nothing about the text itself is said. */
export class RemovalNotPossibleError extends Error {
  readonly reason: Phrase;

  constructor(reason: Phrase) {
    super(inEnglish(reason));
    this.reason = reason;
  }
}

/** Whether the client that reads this file can ask for the value itself, and keep it. */
export function supportsInputs({ client, format }: Pick<ConfigFile, 'client' | 'format'>, finding: Finding): boolean {
  return client === 'vscode' && format === 'jsonc' && containerOf(finding) !== undefined;
}

/** Whether whole servers can be taken out of a file of this format. */
export function supportsServerRemoval({ format }: Pick<ConfigFile, 'format'>): boolean {
  return format === 'jsonc';
}

/**
 * The file's text without these secrets. Everything else in it stays as it is. Throws {@link RemovalNotPossibleError}
 * when the text does not have what the findings say.
 */
export function withoutSecrets(file: ConfigFile, removals: readonly SecretRemoval[]): string {
  const servers = removals.flatMap((removal) => (removal.kind === 'server' ? [removal.pointer] : []));
  const entries = new Map(
    removals.flatMap((removal) => (removal.kind === 'entry' ? [[removal.pointer, removal.entry]] : [])),
  );
  const whole = [...servers, ...entries.keys()];
  const inside = removals.filter(isInside).filter(({ finding }) => !whole.some((at) => isBelow(finding.key, at)));
  const inputs = inputsFor(
    file,
    inside.flatMap((removal) => (removal.kind === 'input' ? [removal.finding] : [])),
  );
  const places = [...whole, ...inside.map(({ finding }) => finding.key ?? '')];
  const root = file.format === 'jsonc' ? rootOf(file.text) : undefined;
  if (places.some((pointer) => isAmbiguous(root, pointer))) {
    throw new RemovalNotPossibleError(
      phrase`Two entries of the file have the same name, so it is not certain which one is meant. Rename or remove one.`,
    );
  }
  const pairs = file.format === 'jsonc' ? inside.filter(isPair).map(({ finding }) => finding.key ?? '') : [];
  const text = applyEdits(
    file.text,
    inside.flatMap((removal) => {
      const { secret } = removal.finding;
      if (!secret || (removal.kind === 'value' && pairs.includes(removal.finding.key ?? ''))) return [];
      const id = inputs.find(({ finding }) => finding === removal.finding)?.id;
      return [{ span: secret.valueSpan, newText: id === undefined ? '' : `\${input:${id}}` }];
    }),
  );
  const replaced = [...entries].reduce((result, [pointer, entry]) => withOther(result, pointer, entry), text);
  const without = [...new Set([...pairs, ...servers])].sort(lastFirst).reduce(removed, replaced);
  return [...new Set(inputs.map(({ container }) => container))].reduce(
    (result, container) =>
      withInputs(
        result,
        container,
        inputs.filter((input) => input.container === container),
      ),
    without,
  );
}

type InsideRemoval = Extract<SecretRemoval, { readonly finding: Finding }>;

function isInside(removal: SecretRemoval): removal is InsideRemoval {
  return removal.kind === 'value' || removal.kind === 'input';
}

/** A header, or a variable whose whole value is the secret, goes with its name. */
function isPair({ kind, finding: { secret, key, span } }: InsideRemoval): boolean {
  if (kind !== 'value' || key === undefined || !secret) return false;
  const quotes = 2;
  const whole = secret.valueSpan.end - secret.valueSpan.start >= span.end - span.start - quotes;
  return secret.where === 'header' || (secret.where === 'env' && whole);
}

function isBelow(key: string | undefined, pointer: string): boolean {
  return key === pointer || (key?.startsWith(`${pointer}/`) ?? false);
}

/** Items of lists from the end, so that those before keep their numbers. */
function lastFirst(one: string, other: string): number {
  return other.localeCompare(one, 'en', { numeric: true });
}

function removed(text: string, pointer: string): string {
  const edits = jsonRemoval(text, rootOf(text), pointer);
  if (!edits) throw new RemovalNotPossibleError(phrase`The file no longer has this entry.`);
  return applyEdits(text, edits);
}

function withOther(text: string, pointer: string, entry: Readonly<Record<string, unknown>>): string {
  const edits = jsonReplacement(text, rootOf(text), pointer, entry);
  if (!edits) throw new RemovalNotPossibleError(phrase`The file no longer has this entry.`);
  return applyEdits(text, edits);
}

interface NewInput extends PasswordInput {
  readonly finding: Finding;
  readonly container: string;
}

function inputsFor({ text }: ConfigFile, findings: readonly Finding[]): readonly NewInput[] {
  const root = findings.length > 0 ? rootOf(text) : undefined;
  const inputs: NewInput[] = [];
  for (const finding of findings) {
    const container = containerOf(finding);
    if (container === undefined) throw new RemovalNotPossibleError(phrase`This file has no inputs.`);
    const taken = new Set([...inputIds(root, container), ...inputs.map(({ id }) => id)]);
    const { server = '', secret } = finding;
    const id = freeId(`${server}-${secret?.name ?? secret?.kind ?? 'secret'}`, taken);
    inputs.push({ finding, container, id, description: `${secret?.name ?? secret?.kind ?? id} (${server})` });
  }
  return inputs;
}

function withInputs(text: string, container: string, inputs: readonly NewInput[]): string {
  const edits = addedInputs(text, rootOf(text), container, inputs);
  if (!edits) throw new RemovalNotPossibleError(phrase`\`inputs\` in this file is not a list.`);
  return applyEdits(text, edits);
}

/** The map whose `servers` the finding is below: VS Code keeps `inputs` beside them. */
function containerOf({ key = '' }: Finding): string | undefined {
  const steps = stepsOf(key);
  const at = steps.indexOf('servers');
  if (at < 0 || at > 4) return undefined;
  return steps
    .slice(0, at)
    .map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

function freeId(wanted: string, taken: ReadonlySet<string>): string {
  const base = wanted
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(id)) return id;
  }
}

function rootOf(text: string): ConfigNode | undefined {
  const parsed = parseJsonc(text.startsWith('\u{feff}') ? ` ${text.slice(1)}` : text);
  return 'root' in parsed ? parsed.root : undefined;
}
