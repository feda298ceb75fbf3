import type { Word } from './words.ts';

export type Ecosystem = 'npm' | 'pypi' | 'docker' | 'git' | 'deno' | 'nuget' | 'go' | 'script';

/** Third-party code that starting a server fetches. */
export interface PackageUse {
  readonly ecosystem: Ecosystem;
  /** Without the version: `@scope/server`, `ghcr.io/owner/server`. */
  readonly name: string;
  /** The whole specification as written, in its word. */
  readonly spec: Word;
  /** What fixes the code that runs: an exact version, a digest, a commit. */
  readonly pinned: boolean;
  /** Why it is not pinned. */
  readonly looseness?: 'no-version' | 'moving-tag' | 'range';
  /** An image without registry and fixed version was probably built on this machine. */
  readonly perhapsLocal?: boolean;
  /** The specification with an exact version. */
  readonly withVersion: (version: string) => string;
}

/** `<package>`, `${VERSION}` and the like: what will stand there is not known. */
export function isUnknown(spec: string): boolean {
  return spec === '' || /[<>$%]|\{\{/.test(spec);
}

/** A path of this machine: `./server`, `/opt/server`, `C:\server`, `file:…`. */
export function isPath(spec: string): boolean {
  return /^(?:\.{0,2}[\\/]|~|\.{1,2}$|[a-z]:[\\/]|file:)/i.test(spec);
}
