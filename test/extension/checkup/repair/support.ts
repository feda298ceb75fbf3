import { checkupJobs } from '../../../../src/checkupWorker/checkupWorker.ts';
import type { ClientName, ConfigFile } from '../../../../src/core/checkup/model/checkupModel.ts';
import { type PlainSecret, plainSecretsIn } from '../../../../src/extension/checkup/repair/secretPlaces.ts';
import { Checkup } from '../../../../src/extension/checkup/scan/checkup.ts';
import { plainSecrets } from '../../../../src/extension/checkup/scan/report.ts';

/** A file of the user's, without what is the same in all tests. */
export type UserFile = Omit<ConfigFile, 'scope'>;

/** The secrets that the checkup finds in files, as *Move Secrets* gets them. */
export async function secretsIn(...files: readonly UserFile[]): Promise<readonly PlainSecret[]> {
  const checkup = new Checkup({
    files: async () => ({
      files: files.map((file) => ({
        file: { ...file, scope: 'user' },
        uri: `file://${file.path}`,
        label: file.path,
      })),
      unsearched: [],
      unread: [],
    }),
    forgetFiles: () => undefined,
    check: async (found, now) => checkupJobs.check(found, { fingerprint: '00' }, now),
    context: () => ({ now: 0 }),
    ownFiles: () => new Map(),
    dismissals: async () => [],
    exposures: async () => [],
    services: () => 0,
    now: () => 1,
  });
  const report = await checkup.run();
  return plainSecretsIn(report ? plainSecrets(report) : [], (uri) => checkup.file(uri));
}

/** A JSON file of a client's. */
export function jsonFile(client: ClientName, path: string, value: unknown): UserFile {
  return { path, client, format: 'jsonc', text: `${JSON.stringify(value, undefined, 2)}\n` };
}
