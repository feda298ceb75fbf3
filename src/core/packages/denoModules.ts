import { npmPackage } from './npmPackages.ts';
import { type OptionStyle, readOptions } from './options.ts';
import { isUnknown, type PackageUse } from './packageUse.ts';
import type { Word } from './words.ts';

/** https://docs.deno.com/runtime/reference/cli/run/ */
const RUN: OptionStyle = {
  withValue: new Set([
    '-c',
    '--config',
    '--import-map',
    '--cert',
    '--location',
    '--seed',
    '--ext',
    '-L',
    '--log-level',
    '--preload',
    '--import',
    '--conditions',
  ]),
};

/** What `deno run` and `deno x` load from elsewhere, given the words after the verb. */
export function denoPackages(words: readonly Word[]): PackageUse[] {
  const module = readOptions(words, RUN).rest[0];
  return module ? [denoModule(module)].flatMap((use) => use ?? []) : [];
}

function denoModule(spec: Word): PackageUse | undefined {
  const text = spec.value;
  const scheme = /^(?:npm|jsr):\/?/.exec(text)?.[0];
  if (scheme !== undefined) {
    const path = /^((?:@[^/@]+\/)?[^/@]+(?:@[^/]+)?)(\/.*)?$/.exec(text.slice(scheme.length));
    const inner = path?.[1];
    if (inner === undefined) return undefined;
    const use = npmPackage({ value: inner, at: spec.at, offset: spec.offset + scheme.length });
    return (
      use && {
        ...use,
        ecosystem: scheme.startsWith('npm') ? 'npm' : 'deno',
        spec,
        withVersion: (version) => `${scheme}${use.withVersion(version)}${path?.[2] ?? ''}`,
      }
    );
  }
  const url = /^https?:\/\/[^/]+(\/.*)$/i.exec(text);
  if (!url || isUnknown(text)) return undefined;
  const pinned = /@v?\d+(?:\.\d+)+|\/v?\d+\.\d+\.\d[\w.-]*\/|\/[0-9a-f]{40}\//i.test(url[1] ?? '');
  const versioned =
    /^(https?:\/\/(?:deno\.land\/(?:x\/)?|esm\.sh\/|jsr\.io\/)(?:@[^/@]+\/)?[^/@]+)(?:@[^/]*)?((?:\/.*)?)$/i.exec(text);
  return {
    ecosystem: 'deno',
    name: versioned?.[1] ?? text,
    spec,
    pinned,
    ...(pinned ? {} : { looseness: 'no-version' }),
    withVersion: (version) => (versioned ? `${versioned[1]}@${version}${versioned[2]}` : text),
  };
}
