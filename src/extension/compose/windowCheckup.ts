import { randomBytes } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import { BoundedCheckup } from '../../checkupWorker/boundedCheckup.ts';
import type { CheckupParts } from '../app/parts.ts';
import { Backups } from '../checkup/repair/backups.ts';
import { Checkup } from '../checkup/scan/checkup.ts';
import { ConfigFiles } from '../checkup/scan/configFiles.ts';
import { Dismissals } from '../checkup/scan/dismissals.ts';
import { Exposures, settled } from '../checkup/scan/exposures.ts';
import { KillSwitchTests } from '../checkup/scan/killSwitchTests.ts';
import { checkupContext } from '../checkup/scan/ownState.ts';
import { userPlaces } from '../checkup/scan/userPlaces.ts';
import { credentialKey } from '../credentials/model/credentialId.ts';
import type { CredentialStore } from '../credentials/model/credentialStore.ts';
import type { PolicyLocations } from '../policy/model/policyLocations.ts';
import type { PolicyStore } from '../policy/model/policyStore.ts';
import type { ServerSummary } from '../services/model/serverList.ts';
import type { ServiceSummary } from '../services/model/serviceList.ts';
import { STORAGE_FOLDERS } from '../state/storageFolders.ts';
import { textFolder } from '../state/textFolder.ts';
import { PacedTask } from '../util/pacedTask.ts';
import type { MetadataPort, SecretPort } from '../util/ports.ts';

/** Everything of the checkup that commands and views work with. */
export interface WindowCheckup extends CheckupParts {
  /** Looks whenever a file, a service or a credential changed. The first look comes when the window has started. */
  follow(
    onError: (error: unknown) => void,
    changes: readonly ((changed: () => void) => vscode.Disposable)[],
  ): vscode.Disposable;
}

export function windowCheckup({
  globalStorage,
  script,
  secrets,
  credentials,
  metadata,
  policies,
  locations,
  services,
  servers,
}: {
  readonly globalStorage: vscode.Uri;
  /** Absolute path of `dist/gateway.js`, which is a thread for configuration files, too. */
  readonly script: string;
  readonly secrets: SecretPort;
  readonly credentials: CredentialStore;
  readonly metadata: MetadataPort;
  readonly policies: PolicyStore;
  readonly locations: PolicyLocations;
  services(): readonly ServiceSummary[];
  servers(): readonly ServerSummary[];
}): WindowCheckup {
  const storage = globalStorage.fsPath;
  const files = new ConfigFiles(userPlaces(globalStorage, process.env));
  const backups = new Backups(path.join(storage, STORAGE_FOLDERS.checkup, 'backups'), Date.now);
  const dismissals = new Dismissals(textFolder(path.join(storage, STORAGE_FOLDERS.checkup)), secrets);
  const exposures = new Exposures(textFolder(path.join(storage, STORAGE_FOLDERS.checkup)));
  // Tells equal values apart within this run of the window, and is never written down.
  const key = randomBytes(32).toString('hex');
  const checker = new BoundedCheckup(script, key);
  const killSwitchTests = new KillSwitchTests(metadata);
  const leaks = new Set<string>();
  const checkupOfWindow = new Checkup({
    files: (maxBytes) => files.read(maxBytes),
    forgetFiles: () => files.forget(),
    check: async (found, now) => checker.check(found, now, await dismissals.key()),
    dismissals: () => dismissals.all(),
    context: () =>
      checkupContext({
        now: Date.now(),
        key,
        entries: policies.entries(),
        services: services(),
        servers: servers(),
        fileOf: (id) => locations.uriOf(id).fsPath,
        leaks,
        killSwitchTestMs: killSwitchTests.last?.ms,
      }),
    ownFiles: () =>
      new Map(
        policies.entries().map(({ id, label }) => {
          const uri = locations.uriOf(id);
          return [uri.fsPath, { uri: uri.toString(), label }];
        }),
      ),
    exposures: async () => {
      await exposures.remove(settled(await exposures.all(), (name) => changedAt(credentials, name)));
      return exposures.all();
    },
    services: () => services().length + servers().length,
    now: Date.now,
  });
  return {
    checkup: checkupOfWindow,
    configThread: checker,
    backups,
    exposures,
    dismissals,
    killSwitchTests,
    leaks,
    follow(onError, changes) {
      const looks = new PacedTask(async () => void (await checkupOfWindow.run().catch(onError)));
      const lookSoon = (): void => looks.runSoon();
      lookSoon();
      void backups.sweep().catch(onError);
      return vscode.Disposable.from(
        checkupOfWindow,
        looks,
        checker,
        files.watch(lookSoon),
        ...changes.map((listen) => listen(lookSoon)),
      );
    },
  };
}

/** When the value of a credential last changed in Valet Key: milliseconds since the epoch. */
function changedAt(credentials: CredentialStore, name: string): number | undefined {
  const record = credentials.all().find(({ id }) => credentialKey(id) === name);
  if (record?.state === 'revoked') return record.revokedAt;
  return record?.state === 'present' ? record.rotatedAt : undefined;
}
