import { commands, l10n, window } from 'vscode';
import { KNOWN_SERVICES } from '../../../core/services/knownServices.ts';
import type { App } from '../../app/app.ts';
import type { AgentParts, CheckupParts, WindowParts } from '../../app/parts.ts';
import type { CredentialId } from '../../credentials/model/credentialId.ts';
import { credentialKey } from '../../credentials/model/credentialId.ts';
import { askWraps, usableDrafts, type WantedServer } from '../../servers/commands/wrapQuestions.ts';
import { wrapServer } from '../../servers/commands/wrapServer.ts';
import { confirmInModal, reportFailure } from '../../ui/confirm.ts';
import { showDifference } from '../../ui/difference.ts';
import { shownPath, shownText } from '../../util/shownText.ts';
import type { Backup } from '../repair/backups.ts';
import { changeFiles, checkChangeable, FileNotChangedError, saveUnsaved } from '../repair/changeFiles.ts';
import { comesInstead, entriesInstead } from '../repair/entriesInstead.ts';
import { fileRemovals, formOf, type Move, variablesOf } from '../repair/movePlan.ts';
import { inTime, type PlannedChange, plannedChange } from '../repair/plannedChange.ts';
import { type PlainSecret, plainSecretsIn, type ReadPlaces } from '../repair/secretPlaces.ts';
import { serverKeyOf } from '../repair/serverOfSecret.ts';
import type { FoundFile } from '../scan/checkup.ts';
import type { Exposure } from '../scan/exposures.ts';
import { plainSecrets } from '../scan/report.ts';
import { findingOfNode } from '../views/findingNode.ts';
import { askMoves, labelOf, leftText, partText, secretText, settingText } from './moveSecretsQuestions.ts';
import { storeSecret } from './storeSecret.ts';

/**
 * Moves secrets out of MCP configurations. What Valet Key is to use is stored and read back first; only then do the
 * secrets leave their files, in one change that can be undone. A failure on the way leaves the files as they were.
 */
export async function moveSecrets(app: App, argument: unknown): Promise<void> {
  const all = await secretsOnDisk(app);
  if (!all) return;
  const secrets = chosenOf(all, findingOfNode(argument));
  if (secrets.length === 0) {
    void window.showInformationMessage(l10n.t('No secret in plain text was found in MCP configurations.'));
    return;
  }
  const drafts = await usableDrafts(app, all);
  const wayIn = { launch: app.launch, connected: app.agentStore.admission.entries };
  const moves = await askMoves(app, secrets, all, {
    wrappable: (secret) => drafts.has(serverKeyOf(secret) ?? ''),
    comesInstead: (secret, before) => comesInstead(secret, before, wayIn),
  });
  if (!moves || moves.every(({ choice }) => choice === 'skip')) return;
  const wraps = await askWraps(app, drafts, moves);
  if (!wraps) return;
  try {
    const names = new Map([...wraps].map(([key, { server }]) => [key, server.name]));
    const entries = entriesInstead(moves, names, wayIn);
    const changes = await plannedChanges(app, moves, (secret) => entries.get(serverKeyOf(secret) ?? ''));
    await checkChangeable(changes);
    const stored = await storeAll(app, moves, wraps);
    if (!stored) return;
    if (!(await confirmRemoval(app, moves, changes, entries))) return reportLeft([...stored.values()]);
    const backup = await changeFiles(app.backups, changes);
    await app.connections.dropOutdatedCopies();
    await app.exposures.add(exposuresOf(moves, stored, backup));
    await app.gateway.record({ action: 'move', subject: changes.map(({ label }) => label).join(', ') });
    await app.checkup.run();
    void reportMoved(moves);
  } catch (error) {
    await reportNotMoved(error);
  }
}

/** Every secret in plain text, as it is on disk; undefined where a file could not be saved, or the window closed. */
async function secretsOnDisk(app: AgentParts & CheckupParts): Promise<readonly PlainSecret[] | undefined> {
  const found = async (): Promise<readonly PlainSecret[] | undefined> => {
    const report = await app.checkup.run();
    const fileOf = (uri: string): FoundFile | undefined => app.checkup.file(uri);
    const launch = [app.launch.command, ...app.launch.args];
    const read: ReadPlaces = (file, starts) =>
      inTime(app.configThread.places(file, starts, launch), shownPath(file.path));
    return report && plainSecretsIn(plainSecrets(report), fileOf, read);
  };
  try {
    const secrets = await found();
    return secrets && (await saveUnsaved(secrets.map(({ file }) => file))) ? await found() : secrets;
  } catch (error) {
    await reportNotMoved(error);
    return undefined;
  }
}

async function reportNotMoved(error: unknown): Promise<void> {
  if (!(error instanceof FileNotChangedError)) throw error;
  await reportFailure(l10n.t('The secrets were not moved.'), error.message);
}

async function plannedChanges(
  { checkup, configThread }: CheckupParts,
  moves: readonly Move[],
  entryOf: (secret: PlainSecret) => Readonly<Record<string, unknown>> | undefined,
): Promise<readonly PlannedChange[]> {
  const changes: PlannedChange[] = [];
  for (const { file, removals } of fileRemovals(moves, entryOf)) {
    changes.push(await plannedChange(configThread, file, { kind: 'removals', removals }, checkup.findings()));
  }
  return changes;
}

/** Started at one finding, only its value is moved, from every place that has it. */
function chosenOf(all: readonly PlainSecret[], id: string | undefined): readonly PlainSecret[] {
  const started = all.find(({ shown }) => shown.id === id);
  return started ? all.filter(({ value }) => value.equals(started.value)) : all;
}

/** The credential that each value became. Undefined when the user gave up. */
async function storeAll(
  app: App,
  moves: readonly Move[],
  wraps: ReadonlyMap<string, WantedServer>,
): Promise<ReadonlyMap<PlainSecret, CredentialId> | undefined> {
  const stored = new Map<PlainSecret, CredentialId>();
  for (const { secret, choice } of moves) {
    if (choice !== 'use-without-server' && choice !== 'use-beside-server') continue;
    const same = [...stored].find(([other]) => other.value.equals(secret.value))?.[1];
    const id = same ?? app.credentials.holders(secret.value)[0] ?? (await storeSecret(app, secret));
    if (!id) return undefined;
    const record = app.credentials.get(id);
    // The last look before the file loses it. The user may have entered another value on the way; then this one is
    // nowhere but in the file, and stays there.
    if (record?.state !== 'present' || !record.value.equals(secret.value)) {
      throw new FileNotChangedError(
        l10n.t('“{0}” was stored with a different value, so nothing was removed from the file.', id.service),
      );
    }
    stored.set(secret, id);
  }
  for (const [key, wanted] of wraps) {
    const values = await wrapServer(app, wanted);
    if (!values) return undefined;
    for (const { secret, choice } of moves) {
      if (choice !== 'wrap' || serverKeyOf(secret) !== key) continue;
      // A secret inside a longer text is kept with all of that text.
      const id = (values.find(({ value }) => value.equals(secret.value)) ?? values[0])?.id;
      if (id) stored.set(secret, id);
    }
  }
  return stored;
}

async function confirmRemoval(
  app: WindowParts,
  moves: readonly Move[],
  changes: readonly PlannedChange[],
  entries: ReadonlyMap<string, unknown>,
): Promise<boolean> {
  const moving = moves.filter(({ choice }) => choice !== 'skip');
  const variables = variablesOf(moves);
  const closing: (() => Promise<void>)[] = [];
  for (const { label, shown } of changes) {
    closing.push(await showDifference(app.texts, label, shown.before, shown.after, { preview: false }));
  }
  const agreed = await confirmInModal({
    message:
      moving.length === 1
        ? l10n.t('Remove 1 secret from its file?')
        : l10n.t('Remove {0} secrets from their files?', moving.length),
    detail: [
      ...moving.map(({ secret, choice }) => {
        const outcome = outcomeText(choice, variables.get(secret), entries.has(serverKeyOf(secret) ?? ''));
        return `• ${secretText(secret)}: ${outcome}`;
      }),
      '',
      ...(variables.size > 0 ? [...toSet(moves), ''] : []),
      ...partText(changes),
      ...leftText(moves, changes),
      l10n.t(
        'Private copies of the originals are kept for seven days, and “Undo Last Checkup Fix” restores them. Restart the clients that read these files.',
      ),
    ].join('\n'),
    action: l10n.t('Remove'),
  });
  for (const close of closing) await close();
  return agreed;
}

/** What the user has to set, and where, so that clients find the values that their files name. */
function toSet(moves: readonly Move[]): readonly string[] {
  const lines = [...variablesOf(moves)].map(([secret, variable]) => {
    const form = formOf(secret);
    // GitHub gives an agent no secret of another name.
    const name = form?.source === 'repository' ? `COPILOT_MCP_${variable}` : variable;
    return settingText(secret.file, form?.source ?? 'environment', name);
  });
  return [...new Set(lines)];
}

function outcomeText(choice: Move['choice'], variable = '', isReplaced: boolean): string {
  switch (choice) {
    case 'use-without-server':
      return isReplaced
        ? l10n.t('Valet Key uses it, and takes the server’s place')
        : l10n.t('Valet Key uses it; the server is removed');
    case 'use-beside-server':
      return l10n.t('Valet Key uses it; the server stays without it');
    case 'wrap':
      return l10n.t('Valet Key starts the server with it');
    case 'ask':
      return l10n.t('VS Code asks for it when the server starts');
    case 'reference':
      return l10n.t('taken from the variable {0}', variable);
    case 'drop':
      return l10n.t('removed with the server');
    case 'remove':
      return l10n.t('removed');
    case 'skip':
      return l10n.t('stays where it is');
  }
}

function exposuresOf(
  moves: readonly Move[],
  stored: ReadonlyMap<PlainSecret, CredentialId>,
  backup: Backup,
): readonly Exposure[] {
  return moves
    .filter(({ choice }) => choice !== 'skip')
    .map(({ secret }, index) => {
      const { shown, file, value } = secret;
      const provider = KNOWN_SERVICES.find(({ id }) => id === shown.finding.secret?.provider);
      const id = stored.get(secret);
      return {
        id: `${backup.id}/${index}`,
        kind: shown.finding.secret?.kind ?? 'secret',
        file: file.label,
        uri: file.uri,
        server: shownText(shown.finding.server ?? ''),
        last4: value.last4,
        movedAt: backup.at,
        ...(provider ? { keyPage: provider.keyPage } : {}),
        ...(id ? { credential: credentialKey(id) } : {}),
      };
    });
}

/** The user stopped when everything was stored, and before anything was removed. */
function reportLeft(stored: readonly CredentialId[]): void {
  if (stored.length === 0) return;
  const names = [...new Set(stored.map(({ service }) => `“${service}”`))].join(', ');
  void window.showInformationMessage(
    l10n.t(
      'The files still hold their secrets in plain text. Valet Key has stored a copy of them, and what you added to the policy is active: {0}. Run “Move Secrets out of MCP Configuration” again to remove the secrets from the files, or revoke what you do not want.',
      names,
    ),
  );
}

/** VS Code looks at its own files by itself. */
function clientsToRestart(moves: readonly Move[]): readonly string[] {
  const labels = moves.flatMap(({ secret, choice }) => {
    const { client } = secret.file.file;
    return choice === 'skip' || client === 'vscode' ? [] : [labelOf(client)];
  });
  return labels.length === 0 ? [] : [l10n.t('Restart {0}.', [...new Set(labels)].join(', '))];
}

async function reportMoved(moves: readonly Move[]): Promise<void> {
  const show = l10n.t('Show What to Rotate');
  const forget = l10n.t('Delete Local History…');
  const count = moves.filter(({ choice }) => choice !== 'skip').length;
  const text = [
    count === 1
      ? l10n.t('1 secret was moved. It was stored in plain text, so rotate it with its provider.')
      : l10n.t('{0} secrets were moved. They were stored in plain text, so rotate them with their providers.', count),
    ...toSet(moves),
    ...clientsToRestart(moves),
    l10n.t('VS Code’s Local History may still have what you saved earlier.'),
  ].join(' ');
  const chosen = await window.showInformationMessage(text, show, forget);
  if (chosen === show) await commands.executeCommand('valetKey.checkup.focus');
  // Asks by itself, and says that it is about all files.
  if (chosen === forget) await commands.executeCommand('workbench.action.localHistory.deleteAll');
}
