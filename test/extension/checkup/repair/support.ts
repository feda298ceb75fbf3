import { checkupJobs } from '../../../../src/checkupWorker/editWorker.ts';
import { RemovalNotPossibleError } from '../../../../src/core/checkup/edit/changedText.ts';
import type { ClientName, ConfigFile } from '../../../../src/core/checkup/model/checkupModel.ts';
import type { FileChange } from '../../../../src/extension/checkup/repair/changeFiles.ts';
import { fileRemovals } from '../../../../src/extension/checkup/repair/movePlan.ts';
import {
  type PlainSecret,
  plainSecretsIn,
  type ReadPlaces,
} from '../../../../src/extension/checkup/repair/secretPlaces.ts';
import { type WrapDraft, wrapDrafts } from '../../../../src/extension/checkup/repair/wrapDraft.ts';
import { Checkup, type FoundFile } from '../../../../src/extension/checkup/scan/checkup.ts';
import { plainSecrets } from '../../../../src/extension/checkup/scan/report.ts';

/** A file of the user's, without what is the same in all tests. */
export type UserFile = Omit<ConfigFile, 'scope'>;

/** A checkup of the files that there are when it runs, with nothing else to know. */
export function checkupOf(files: () => readonly FoundFile[], now = (): number => 1): Checkup {
  return new Checkup({
    files: async () => ({ files: files(), unsearched: [], unread: [] }),
    forgetFiles: () => undefined,
    check: async (found, at) => checkupJobs.check(found, { fingerprint: '00' }, at),
    context: () => ({ now: 0 }),
    ownFiles: () => new Map(),
    dismissals: async () => [],
    exposures: async () => [],
    services: () => 0,
    now,
  });
}

/** The secrets that the checkup finds in files, as *Move Secrets* gets them. */
export async function secretsIn(...files: readonly UserFile[]): Promise<readonly PlainSecret[]> {
  const checkup = checkupOf(() =>
    files.map((file) => ({ file: { ...file, scope: 'user' }, uri: `file://${file.path}`, label: file.path })),
  );
  const report = await checkup.run();
  return plainSecretsIn(report ? plainSecrets(report) : [], (uri) => checkup.file(uri), readPlaces);
}

/** What the files become. Files in which nothing moves are left out. */
export function fileChanges(...words: Parameters<typeof fileRemovals>): readonly FileChange[] {
  return fileRemovals(...words).map(({ file: { file, uri, label }, removals }) => {
    const edited = checkupJobs.edit(...structuredClone([file, { kind: 'removals', removals }, []] as const));
    if ('why' in edited) throw new RemovalNotPossibleError(edited.why);
    return { uri, label, before: file.text, after: edited.after };
  });
}

/** What the thread for configuration files says, in this one. */
export const readPlaces: ReadPlaces = async (...words) =>
  structuredClone(checkupJobs.places(...structuredClone(words), ['/launcher']));

/** The servers that can be wrapped. */
export function draftsOf(secrets: readonly PlainSecret[], platform: NodeJS.Platform): ReadonlyMap<string, WrapDraft> {
  return new Map([...wrapDrafts(secrets, platform)].flatMap(([key, draft]) => (draft ? [[key, draft]] : [])));
}

/** A JSON file of a client's. */
export function jsonFile(client: ClientName, path: string, value: unknown): UserFile {
  return { path, client, format: 'jsonc', text: `${JSON.stringify(value, undefined, 2)}\n` };
}
