import fs from 'node:fs';
import path from 'node:path';
import { type DiscoveryFile, discoverySchema } from '../protocol/discoveryFile.ts';
import { isAlive } from '../protocol/isAlive.ts';
import { PROTOCOL_VERSION } from '../protocol/messages.ts';
import { readPlainFile } from '../protocol/plainFile.ts';
import { checkRuntimeDir } from '../protocol/runtimeDir.ts';

/** What a proxy knows about its own place. */
export interface ClientLocation {
  readonly parentPid: number;
  readonly home: string;
  readonly workingDirectory: string;
  /** Local paths of the MCP client's roots. */
  readonly roots: readonly string[];
}

/** How well a window fits: 0 started the proxy, 1 has its folders, 2 is the only one, 3 is merely there. */
export type Fit = 0 | 1 | 2 | 3;

export interface Candidate {
  readonly discovery: DiscoveryFile;
  readonly fit: Fit;
  /** `user` when nothing ties the proxy to this window: then only the user's policy counts. */
  readonly scope: 'window' | 'user';
}

/** The gateways that have published themselves in `runtimeDir`. Throws `RuntimeDirError` when it is not safe. */
export function readGateways(runtimeDir: string): DiscoveryFile[] {
  if (!fs.existsSync(runtimeDir)) return [];
  checkRuntimeDir(runtimeDir);
  return fs
    .readdirSync(runtimeDir)
    .filter((name) => /^[0-9a-f]{16}\.json$/.test(name))
    .flatMap((name) => {
      try {
        const read = discoverySchema.safeParse(JSON.parse(readPlainFile(path.join(runtimeDir, name))));
        // A killed gateway leaves its file behind until the next one sweeps it.
        const usable = read.success && read.data.protocol === PROTOCOL_VERSION && isAlive(read.data.pid);
        return usable ? [read.data] : [];
      } catch {
        return []; // taken away between listing and reading, or not whole: as good as absent
      }
    });
}

/**
 * Which gateway to take, best first: the window that started this proxy; a window that has the client's folders open;
 * the only window; else the last focused one, with the user's policy alone. Routing, not a boundary: whoever can reach
 * one socket of this user can reach all.
 */
export function rankGateways(all: readonly DiscoveryFile[], own: ClientLocation): Candidate[] {
  const byFocus = [...all].sort((a, b) => b.focusedAt - a.focusedAt);
  const places = [...own.roots, ...(own.workingDirectory === own.home ? [] : [own.workingDirectory])];
  const holds = (folder: string, place: string): boolean =>
    place === folder || place.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
  const fitOf = (gateway: DiscoveryFile): Fit => {
    if (gateway.hostPid === own.parentPid) return 0;
    if (gateway.folders.some((folder) => places.some((place) => holds(folder, place)))) return 1;
    return all.length === 1 ? 2 : 3;
  };
  return byFocus
    .map((discovery): Candidate => {
      const fit = fitOf(discovery);
      return { discovery, fit, scope: fit === 3 ? 'user' : 'window' };
    })
    .sort((a, b) => a.fit - b.fit);
}
