import * as vscode from 'vscode';
import { groupBy } from '../../../core/checkup/model/groupBy.ts';
import { after } from '../../util/after.ts';
import type { Disposable } from '../../util/emitter.ts';
import type { ConfigAddress } from './userPlaces.ts';

/** A client makes its folder and then writes its file: what came in between is looked for again after so many milliseconds. */
const WRITTEN_WITHIN_MS = 2000;

/** Folders with whole programs in them. What lies at a name to fill in is watched with all that lies below, so not here. */
const LARGE = /\/(?:plugins|extensions)\//;

/** What is to be heard of files of the user's. */
export interface FileNews {
  /** A file's content is another one. */
  changed(): void;
  /** A file may have come, or is gone. */
  found(): void;
}

interface Watched {
  readonly folder: vscode.Uri;
  readonly pattern: string;
}

/**
 * Watches the user's own configuration files. A folder that is not there cannot be watched: of such a one the nearest that is
 * there is, until the client that it belongs to makes the next.
 */
export class UserWatchers {
  readonly #watched: readonly Watched[];
  readonly #news: FileNews;
  #watchers: readonly vscode.Disposable[] = [];
  #again: Disposable | undefined;
  /** Counts plans, so that one which was overtaken changes nothing. */
  #plan = 0;

  constructor(places: readonly ConfigAddress[], news: FileNews) {
    this.#watched = byFolder(places.filter(({ uri }) => !LARGE.test(uri.path)).map(({ uri }) => splitAtStar(uri)));
    this.#news = news;
  }

  /** Watches what there is now. Folders come and go: with each call the plan is made anew. */
  async watch(): Promise<void> {
    this.#plan += 1;
    const plan = this.#plan;
    const nearest = await Promise.all(this.#watched.map(({ folder }) => nearestThere(folder)));
    if (plan !== this.#plan) return;
    const there = this.#watched.filter((_, at) => nearest[at]?.missing === undefined);
    const missing = byFolder(
      nearest.flatMap((near) => (near?.missing === undefined ? [] : [{ folder: near.folder, pattern: near.missing }])),
    );
    this.#replace([...there.map((one) => this.#files(one)), ...missing.map((one) => this.#folders(one))]);
  }

  dispose(): void {
    this.#plan += 1;
    this.#again?.dispose();
    this.#replace([]);
  }

  #replace(watchers: readonly vscode.Disposable[]): void {
    const before = this.#watchers;
    this.#watchers = watchers;
    for (const watcher of before) watcher.dispose();
  }

  #files({ folder, pattern }: Watched): vscode.Disposable {
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, pattern));
    const { changed, found } = this.#news;
    return vscode.Disposable.from(
      watcher,
      watcher.onDidChange(changed),
      watcher.onDidCreate(found),
      watcher.onDidDelete(found),
    );
  }

  #folders({ folder, pattern }: Watched): vscode.Disposable {
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(folder, pattern),
      false,
      true,
      true,
    );
    return vscode.Disposable.from(
      watcher,
      watcher.onDidCreate(() => {
        void this.watch().then(() => this.#news.found());
        this.#again?.dispose();
        this.#again = after(WRITTEN_WITHIN_MS, () => void this.watch().then(() => this.#news.found()));
      }),
    );
  }
}

/** Each folder once, for all the names in it. */
function byFolder(watched: readonly Watched[]): readonly Watched[] {
  return groupBy(watched, ({ folder }) => folder.toString()).flatMap((group) => {
    const [first] = group;
    const names = [...new Set(group.map(({ pattern }) => pattern))];
    const pattern = names.length === 1 ? (names[0] ?? '') : `{${names.join(',')}}`;
    return first ? [{ folder: first.folder, pattern }] : [];
  });
}

/** The folder of an address as far as that has no star, and the rest of it. */
function splitAtStar(uri: vscode.Uri): Watched {
  const segments = uri.path.split('/');
  const star = segments.findIndex((name) => name.includes('*'));
  const at = star === -1 ? segments.length - 1 : star;
  return { folder: uri.with({ path: segments.slice(0, at).join('/') }), pattern: segments.slice(at).join('/') };
}

/** The folder itself where it is there; else the nearest above it, and the name that is missing in that. */
async function nearestThere(
  folder: vscode.Uri,
): Promise<{ readonly folder: vscode.Uri; readonly missing?: string } | undefined> {
  const segments = folder.path.split('/');
  for (let length = segments.length; length > 0; length -= 1) {
    const above = folder.with({ path: segments.slice(0, length).join('/') || '/' });
    const missing = segments[length];
    if (await isFolder(above)) return { folder: above, ...(missing === undefined ? {} : { missing }) };
  }
  return undefined;
}

async function isFolder(uri: vscode.Uri): Promise<boolean> {
  try {
    return ((await vscode.workspace.fs.stat(uri)).type & vscode.FileType.Directory) !== 0;
  } catch {
    return false; // what cannot be looked at cannot be watched either
  }
}
