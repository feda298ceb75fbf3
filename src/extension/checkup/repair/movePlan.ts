import { type SecretRemoval, supportsInputs, withoutSecrets } from '../../../core/checkup/edit/secretRemoval.ts';
import { isUsable } from '../../../core/credentials/credentialInput.ts';
import type { CheckedFile } from '../scan/checkup.ts';
import type { FileChange } from './changeFiles.ts';
import type { PlainSecret } from './secretPlaces.ts';
import { inSameServer, serverOf } from './serverOfSecret.ts';

/** What a person chose for one secret. */
export type MoveChoice =
  /** Valet Key uses it; its server goes from the file, or stays without it. */
  | 'use-without-server'
  | 'use-beside-server'
  /** Valet Key starts the server and gives it the secret; the entry goes, or leads to Valet Key. */
  | 'wrap'
  /** VS Code asks for it when the server starts. */
  | 'ask'
  /** Its server goes for another secret's sake. */
  | 'drop'
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
  const usable = isUsable(value) && !/connection string|private key/i.test(shown.finding.secret?.kind ?? '');
  const beside = before.filter((move) => inSameServer(move.secret, secret)).map(({ choice }) => choice);
  if (beside.includes('use-without-server')) return [...(usable ? (['use-without-server'] as const) : []), 'drop'];
  // A server that keeps another secret stays.
  const removable = serverOf(secret) !== undefined && !beside.some((choice) => choice === 'skip' || choice === 'ask');
  return [
    ...(usable && removable ? (['use-without-server'] as const) : []),
    ...(wrappable && removable && beside.length === 0 ? (['wrap'] as const) : []),
    ...(usable ? (['use-beside-server'] as const) : []),
    ...(supportsInputs(file.file, shown.finding) ? (['ask'] as const) : []),
    'skip',
  ];
}

/**
 * What the files become. Files in which nothing moves are left out.
 *
 * @param entryOf what comes in the place of a wrapped server's entry; undefined where nothing does
 */
export function fileChanges(
  moves: readonly Move[],
  entryOf: (secret: PlainSecret) => Readonly<Record<string, unknown>> | undefined = () => undefined,
): readonly FileChange[] {
  const files = new Map<string, { readonly file: CheckedFile; readonly removals: SecretRemoval[] }>();
  for (const { secret, choice } of moves) {
    if (choice === 'skip') continue;
    const entry = files.get(secret.file.uri) ?? { file: secret.file, removals: [] };
    files.set(secret.file.uri, entry);
    entry.removals.push(removalOf(secret, choice, entryOf));
  }
  return [...files.values()].map(({ file, removals }) => ({
    uri: file.uri,
    label: file.label,
    before: file.file.text,
    after: withoutSecrets(file.file, removals),
  }));
}

function removalOf(
  secret: PlainSecret,
  choice: Exclude<MoveChoice, 'skip'>,
  entryOf: (secret: PlainSecret) => Readonly<Record<string, unknown>> | undefined,
): SecretRemoval {
  const { finding } = secret.shown;
  if (choice === 'ask') return { kind: 'input', finding };
  const pointer = choice === 'use-beside-server' ? undefined : serverOf(secret)?.pointer;
  const entry = choice === 'wrap' ? entryOf(secret) : undefined;
  if (pointer !== undefined && entry) return { kind: 'entry', pointer, entry };
  return pointer === undefined ? { kind: 'value', finding } : { kind: 'server', pointer };
}
