import {
  type SecretRemoval,
  supportsInputs,
  supportsServerRemoval,
  withoutSecrets,
} from '../../core/checkup/edit/secretRemoval.ts';
import { isUsable } from '../credentials/credentialInput.ts';
import type { FileChange } from './changeFiles.ts';
import type { CheckedFile } from './checkup.ts';
import type { PlainSecret } from './secretPlaces.ts';

/** What a person chose for one secret. */
export type MoveChoice =
  /** Valet Key uses it; its server goes from the file, or stays without it. */
  | 'use-without-server'
  | 'use-beside-server'
  /** VS Code asks for it when the server starts. */
  | 'ask'
  /** Its server goes for another secret's sake. */
  | 'drop'
  | 'skip';

export interface Move {
  readonly secret: PlainSecret;
  readonly choice: MoveChoice;
}

/** What can be chosen for a secret, the best first. `before` is what was chosen for the others so far. */
export function choicesFor(secret: PlainSecret, before: readonly Move[]): readonly MoveChoice[] {
  const { file, shown, value } = secret;
  // Valet Key sends credentials to HTTP APIs; what opens a database has to stay with its server.
  const usable = isUsable(value) && !/connection string|private key/i.test(shown.finding.secret?.kind ?? '');
  const beside = before.filter((move) => sameServer(move.secret, secret)).map(({ choice }) => choice);
  if (beside.includes('use-without-server')) return [...(usable ? (['use-without-server'] as const) : []), 'drop'];
  // A server that keeps another secret stays.
  const removable =
    serverPointer(secret) !== undefined &&
    supportsServerRemoval(file.file) &&
    !beside.some((choice) => choice === 'skip' || choice === 'ask');
  return [
    ...(usable && removable ? (['use-without-server'] as const) : []),
    ...(usable ? (['use-beside-server'] as const) : []),
    ...(supportsInputs(file.file, shown.finding) ? (['ask'] as const) : []),
    'skip',
  ];
}

/** Whether two secrets stand in one server's entry. */
function sameServer(one: PlainSecret, other: PlainSecret): boolean {
  const pointer = serverPointer(one);
  return pointer !== undefined && one.file.uri === other.file.uri && pointer === serverPointer(other);
}

/** What the files become. Files in which nothing moves are left out. */
export function fileChanges(moves: readonly Move[]): readonly FileChange[] {
  const files = new Map<string, { readonly file: CheckedFile; readonly removals: SecretRemoval[] }>();
  for (const { secret, choice } of moves) {
    if (choice === 'skip') continue;
    const entry = files.get(secret.file.uri) ?? { file: secret.file, removals: [] };
    files.set(secret.file.uri, entry);
    entry.removals.push(removalOf(secret, choice));
  }
  return [...files.values()].map(({ file, removals }) => ({
    uri: file.uri,
    label: file.label,
    before: file.file.text,
    after: withoutSecrets(file.file, removals),
  }));
}

function removalOf(secret: PlainSecret, choice: Exclude<MoveChoice, 'skip'>): SecretRemoval {
  const { finding } = secret.shown;
  if (choice === 'ask') return { kind: 'input', finding };
  const pointer = choice === 'use-beside-server' ? undefined : serverPointer(secret);
  return pointer === undefined ? { kind: 'value', finding } : { kind: 'server', pointer };
}

/** The pointer to the server's entry that a secret stands in; undefined for one outside of all servers. */
function serverPointer({ file, shown }: PlainSecret): string | undefined {
  const { key = '' } = shown.finding;
  return file.config.servers.find(({ pointer }) => key.startsWith(`${pointer}/`))?.pointer;
}
