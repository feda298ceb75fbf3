import { phrase } from '../../text/phrase.ts';
import type { Span } from '../../text/span.ts';
import type { ConfigFile, Finding } from '../model/checkupModel.ts';
import type { ConfigNode } from '../read/configNode.ts';
import { changedText, RemovalNotPossibleError, rootOf } from './changedText.ts';
import type { ReferenceForm } from './clientReferences.ts';
import { type ConfigChange, type ConfigPath, isWithin, nodeAt, pathOfPointer, pathsOfSpans } from './configChange.ts';
import { textOfNode, withoutSecretsIn } from './emptiedPlace.ts';
import { addedInputs, inputIds, inputsContainer, type PasswordInput } from './jsonInputs.ts';
import { type KeyReference, keyReferenceChanges } from './keyReferences.ts';
import { secretLabel } from './secretLabel.ts';

/** What of a finding says which secret leaves. */
export type MovedFinding = Pick<Finding, 'span' | 'key' | 'server' | 'secret'>;

/** A reference to one variable, as plain data: a change goes from thread to thread. */
export type WrittenForm =
  | { readonly kind: 'text'; readonly text: string }
  | Extract<ReferenceForm, { readonly kind: 'key' }>;

/** How a secret leaves its file. */
export type SecretRemoval =
  /** With the whole server: the pointer to its entry. */
  | { readonly kind: 'server'; readonly pointer: string }
  /** With the whole server, in whose place another entry comes. */
  | { readonly kind: 'entry'; readonly pointer: string; readonly entry: Readonly<Record<string, unknown>> }
  /** Alone: its variable, header or option goes, or its place in a longer text stays empty. */
  | { readonly kind: 'value'; readonly finding: MovedFinding }
  /** VS Code asks for it instead. */
  | { readonly kind: 'input'; readonly finding: MovedFinding }
  /** Its client takes it from a variable instead. */
  | {
      readonly kind: 'reference';
      readonly finding: MovedFinding;
      readonly form: WrittenForm;
      readonly variable: string;
      /** The pointer to its server's entry; absent for one outside of all. */
      readonly server?: string | undefined;
    };

/** Whether the client that reads this file can ask for the value itself, and keep it. */
export function supportsInputs(
  file: Pick<ConfigFile, 'client' | 'format' | 'path' | 'text'>,
  { key = '' }: Pick<Finding, 'key'>,
): boolean {
  const container = inputsContainer(file, key);
  if (container === undefined) return false;
  // Visual Studio reads `.mcp.json` as VS Code does, and Claude Code knows no `inputs`: a file that has them is the former's.
  return file.client === 'vscode' || /"inputs"\s*:/.test(file.text);
}

/**
 * The file's text without these secrets. Everything else in it stays as it is. Throws {@link RemovalNotPossibleError}
 * when the text does not have what the findings say, or would not say what is meant afterwards.
 */
export function withoutSecrets(file: ConfigFile, removals: readonly SecretRemoval[]): string {
  const root = rootOf(file);
  const whole = serversGone(removals).map((removal): ConfigChange => {
    const path = pathOfPointer(root, removal.pointer);
    if (!path) throw entryGone();
    return removal.kind === 'server' ? { kind: 'remove', path } : { kind: 'replace', path, value: removal.entry };
  });
  const inside = removals.filter(isInside);
  const paths = pathsOfSpans(
    root,
    inside.map(({ finding }) => finding.span),
  );
  const inputs = inputsFor(
    file,
    root,
    paths,
    inside.flatMap(({ kind, finding }) => (kind === 'input' ? [finding] : [])),
  );
  const texts = new Map<string, { readonly path: ConfigPath; readonly removals: InsideRemoval[] }>();
  for (const removal of inside) {
    const path = paths.get(removal.finding.span.start);
    if (!path) throw entryGone();
    if (whole.some((change) => isWithin(path, change.path))) continue;
    const text = texts.get(path.join('/')) ?? { path, removals: [] };
    texts.set(path.join('/'), text);
    text.removals.push(removal);
  }
  const changes = [...texts.values()].flatMap((text) => (keyed(text) ? [] : textChanges(root, text, inputs)));
  const named = [...texts.values()].flatMap((text): readonly KeyReference[] => {
    const reference = keyed(text);
    const server = pathOfPointer(root, reference?.server ?? '');
    return reference && server ? [{ path: text.path, server, form: reference.form, variable: reference.variable }] : [];
  });
  const containers = [...new Set(inputs.map(({ container }) => container))];
  const asked = containers.flatMap((container) => {
    const added = addedInputs(
      root,
      container,
      inputs.filter((input) => input.container === container),
    );
    if (!added) throw new RemovalNotPossibleError(phrase`\`inputs\` in this file is not a list.`);
    return added;
  });
  return changedText(file, once([...whole, ...changes, ...asked, ...keyReferenceChanges(root, named)]));
}

type ServerGone = Extract<SecretRemoval, { readonly pointer: string }>;

/** Each server that goes once, however many secrets it takes along; with the entry that comes in its place, if there is one. */
function serversGone(removals: readonly SecretRemoval[]): readonly ServerGone[] {
  const gone = new Map<string, ServerGone>();
  for (const removal of removals) {
    if (removal.kind !== 'server' && removal.kind !== 'entry') continue;
    if (removal.kind === 'entry' || !gone.has(removal.pointer)) gone.set(removal.pointer, removal);
  }
  return [...gone.values()];
}

type InsideRemoval = Extract<SecretRemoval, { readonly finding: MovedFinding }>;

function isInside(removal: SecretRemoval): removal is InsideRemoval {
  return removal.kind === 'value' || removal.kind === 'input' || removal.kind === 'reference';
}

/** The reference that takes a text's place as a whole, by a key of its server. */
function keyed({ removals }: { readonly removals: readonly InsideRemoval[] }) {
  for (const removal of removals) {
    if (removal.kind === 'reference' && removal.form.kind === 'key') return { ...removal, form: removal.form };
  }
  return undefined;
}

/** What becomes of one text with secrets in it. */
function textChanges(
  root: ConfigNode | undefined,
  { path, removals }: { readonly path: ConfigPath; readonly removals: readonly InsideRemoval[] },
  inputs: readonly NewInput[],
): readonly ConfigChange[] {
  const node = nodeAt(root, path);
  if (!root || !node) throw entryGone();
  const inOrder = removals
    .flatMap((removal) => (removal.finding.secret ? [{ removal, secret: removal.finding.secret }] : []))
    .sort((one, other) => one.secret.within.start - other.secret.within.start);
  const replacements = inOrder.flatMap(({ removal, secret }) => {
    const newText = textInstead(removal, inputs);
    return newText === undefined ? [] : [{ ...secret.within, newText }];
  });
  if (replacements.length === 0) {
    const ranges = inOrder.map(({ secret }) => secret.within);
    const header = inOrder.some(({ secret }) => secret.where === 'header');
    return withoutSecretsIn(root, { path, ranges, header });
  }
  const emptied: readonly (Span & { readonly newText: string })[] = inOrder.map(
    ({ secret: { within } }) => replacements.find(({ start }) => start === within.start) ?? { ...within, newText: '' },
  );
  const text = emptied.reduceRight(
    (result, { start, end, newText }) => result.slice(0, start) + newText + result.slice(end),
    textOfNode(node),
  );
  return [{ kind: 'text', path, value: text }];
}

/** What stands in a secret's place; undefined where nothing does. */
function textInstead(removal: InsideRemoval, inputs: readonly NewInput[]): string | undefined {
  if (removal.kind === 'reference') return removal.form.kind === 'text' ? removal.form.text : undefined;
  const input = inputs.find(({ finding }) => finding === removal.finding);
  return input && `\${input:${input.id}}`;
}

/** Two secrets may take the same option with them. */
function once(changes: readonly ConfigChange[]): readonly ConfigChange[] {
  return changes.filter(
    ({ kind, path }, index) =>
      kind !== 'remove' ||
      changes.findIndex((other) => other.kind === 'remove' && other.path.join('/') === path.join('/')) === index,
  );
}

function entryGone(): RemovalNotPossibleError {
  return new RemovalNotPossibleError(phrase`The file no longer has this entry.`);
}

interface NewInput extends PasswordInput {
  readonly finding: MovedFinding;
  readonly container: string;
}

function inputsFor(
  file: ConfigFile,
  root: ConfigNode | undefined,
  paths: ReadonlyMap<number, ConfigPath | undefined>,
  findings: readonly MovedFinding[],
): readonly NewInput[] {
  const inputs: NewInput[] = [];
  for (const finding of findings) {
    const container = inputsContainer(file, finding.key ?? '');
    if (container === undefined) throw new RemovalNotPossibleError(phrase`This file has no inputs.`);
    const taken = new Set([...inputIds(root, container), ...inputs.map(({ id }) => id)]);
    const { server = '', secret } = finding;
    const path = paths.get(finding.span.start);
    const label = secret && path ? secretLabel(secret, textOfNode(nodeAt(root, path))) : 'secret';
    inputs.push({ finding, container, id: freeId(`${server}-${label}`, taken), description: `${label} (${server})` });
  }
  return inputs;
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
