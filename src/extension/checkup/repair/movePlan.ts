import { type ReferenceForm, referenceForm } from '../../../core/checkup/edit/clientReferences.ts';
import { secretLabel } from '../../../core/checkup/edit/secretLabel.ts';
import { type SecretRemoval, supportsInputs } from '../../../core/checkup/edit/secretRemoval.ts';
import { variableName } from '../../../core/checkup/edit/variableName.ts';
import { isUsable } from '../../../core/credentials/credentialInput.ts';
import { KNOWN_SERVICES } from '../../../core/services/knownServices.ts';
import type { FoundFile } from '../scan/checkup.ts';
import type { PlainSecret } from './secretPlaces.ts';
import { inSameServer, serverOf } from './serverOfSecret.ts';

/** What the user chose for one secret. */
export type MoveChoice =
  /** Valet Key uses it; its server goes from the file, or stays without it. */
  | 'use-without-server'
  | 'use-beside-server'
  /** Valet Key starts the server and gives it the secret; the entry goes, or leads to Valet Key. */
  | 'wrap'
  /** VS Code asks for it when the server starts. */
  | 'ask'
  /** Its client takes it from a variable. */
  | 'reference'
  /** It goes with its server, or alone where it has none; nothing keeps it but the backup. */
  | 'drop'
  | 'remove'
  | 'skip';

export interface Move {
  readonly secret: PlainSecret;
  readonly choice: MoveChoice;
}

/**
 * What can be chosen for a secret, the best first. `before` is what was chosen for the others so far.
 *
 * @param wrappable whether its server can be wrapped as a whole
 */
export function choicesFor(secret: PlainSecret, before: readonly Move[], wrappable = false): readonly MoveChoice[] {
  const { file, shown, value } = secret;
  // Valet Key sends credentials to HTTP APIs; what opens a database has to stay with its server.
  const { kind = '' } = shown.finding.secret ?? {};
  const usable = isUsable(value) && !/connection string|private key/i.test(kind);
  const beside = before.filter((move) => inSameServer(move.secret, secret)).map(({ choice }) => choice);
  if (beside.some((choice) => choice === 'use-without-server' || choice === 'drop')) {
    return [...(usable ? (['use-without-server'] as const) : []), 'drop'];
  }
  const server = serverOf(secret);
  // A server that keeps another secret stays.
  const removable =
    server !== undefined && !beside.some((choice) => choice === 'skip' || choice === 'ask' || choice === 'reference');
  // Without its key an address of this kind leads nowhere.
  const separable = shown.finding.code !== 'capability-url';
  const form = formOf(secret);
  const use = usable && removable ? (['use-without-server'] as const) : [];
  const wrap = wrappable && removable && beside.length === 0 ? (['wrap'] as const) : [];
  // Whose API nobody knows, the user would have to describe; its server knows it.
  const isKnown = KNOWN_SERVICES.some(({ id }) => id === shown.finding.secret?.provider);
  return [
    ...(isKnown ? [...use, ...wrap] : [...wrap, ...use]),
    ...(usable && separable ? (['use-beside-server'] as const) : []),
    ...(supportsInputs(file.file, shown.finding) ? (['ask'] as const) : []),
    ...(form && !isWanted(form, secret, before) ? (['reference'] as const) : []),
    ...(removable ? (['drop'] as const) : []),
    ...(server === undefined ? (['remove'] as const) : []),
    'skip',
  ];
}

/** How the client that reads a secret's file takes it from a variable; undefined where it does not. */
export function formOf(secret: PlainSecret): ReferenceForm | undefined {
  const form = referenceForm(secret.file.file, secret.text.pointer, serverOf(secret)?.pointer);
  return form && saysTheSame(form, secret) ? form : undefined;
}

/** Whether a key that names a variable sends what was sent: `bearer_token_env_var` writes `Bearer` itself, and no other scheme. */
function saysTheSame(form: ReferenceForm, { text, shown }: PlainSecret): boolean {
  if (form.kind === 'text' || form.key === 'env_vars') return true;
  const { start, end } = shown.finding.secret?.within ?? { start: 0, end: 0 };
  const [before, after] = [text.value.slice(0, start), text.value.slice(end)];
  const isHeader = form.key === 'bearer_token_env_var' && !text.pointer.endsWith('/bearer_token');
  return after.trim() === '' && (isHeader ? /^\s*Bearer\s+$/i.test(before) : before.trim() === '');
}

/** Whether a variable that keeps its name is wanted for another value already: one environment holds one of them. */
function isWanted(form: ReferenceForm, { value }: PlainSecret, before: readonly Move[]): boolean {
  if (form.kind === 'text' || form.key !== 'env_vars') return false;
  return before.some(({ secret, choice }) => {
    const other = choice === 'reference' ? formOf(secret) : undefined;
    return other?.kind === 'key' && other.key === 'env_vars' && other.name === form.name && !secret.value.equals(value);
  });
}

/** The variables that secrets are taken from, by secret: one for each value. */
export function variablesOf(moves: readonly Move[]): ReadonlyMap<PlainSecret, string> {
  const names = new Map<PlainSecret, string>();
  for (const { secret, choice } of moves) {
    const form = choice === 'reference' ? formOf(secret) : undefined;
    const place = secret.shown.finding.secret;
    if (!form || !place) continue;
    const taken = (name: string): boolean =>
      [...names].some(([other, one]) => one === name && !other.value.equals(secret.value));
    const label = secretLabel(place, secret.text.value);
    const name =
      form.kind === 'key' && form.key === 'env_vars'
        ? form.name
        : variableName(place, label, serverOf(secret)?.name ?? '', taken);
    names.set(secret, name);
  }
  return names;
}

/** What leaves one file. */
export interface FileRemovals {
  readonly file: FoundFile;
  readonly removals: readonly SecretRemoval[];
}

/**
 * What leaves the files. Those in which nothing moves are left out.
 *
 * @param entryOf what comes in the place of the entry of a secret's server, if that goes; undefined where nothing does
 */
export function fileRemovals(
  moves: readonly Move[],
  entryOf: (secret: PlainSecret) => Readonly<Record<string, unknown>> | undefined = () => undefined,
): readonly FileRemovals[] {
  const variables = variablesOf(moves);
  const files = new Map<string, { readonly file: FoundFile; readonly removals: SecretRemoval[] }>();
  for (const { secret, choice } of moves) {
    if (choice === 'skip') continue;
    const entry = files.get(secret.file.uri) ?? { file: secret.file, removals: [] };
    files.set(secret.file.uri, entry);
    entry.removals.push(removalOf(secret, choice, entryOf, variables.get(secret)));
  }
  return [...files.values()];
}

function removalOf(
  secret: PlainSecret,
  choice: Exclude<MoveChoice, 'skip'>,
  entryOf: (secret: PlainSecret) => Readonly<Record<string, unknown>> | undefined,
  variable: string | undefined,
): SecretRemoval {
  const { span, key, server: name, secret: place } = secret.shown.finding;
  // No more than is needed goes from thread to thread.
  const finding = {
    span,
    ...(key !== undefined && { key }),
    ...(name !== undefined && { server: name }),
    ...(place && { secret: place }),
  };
  const server = serverOf(secret)?.pointer;
  const form = variable === undefined ? undefined : formOf(secret);
  if (choice === 'ask') return { kind: 'input', finding };
  if (form && variable !== undefined) {
    const written = form.kind === 'text' ? ({ kind: 'text', text: form.write(variable) } as const) : form;
    return { kind: 'reference', finding, form: written, variable, server };
  }
  const pointer = choice === 'use-beside-server' ? undefined : server;
  const entry = entryOf(secret);
  if (pointer !== undefined && entry) return { kind: 'entry', pointer, entry };
  return pointer === undefined ? { kind: 'value', finding } : { kind: 'server', pointer };
}
