import { type OptionStyle, readOptions } from './options.ts';
import { isUnknown, type PackageUse } from './packageUse.ts';
import type { Word } from './words.ts';

/** https://nix.dev/manual/nix/latest/command-ref/new-cli/nix */
export const NIX: OptionStyle = {
  withValue: new Set([
    '--extra-experimental-features',
    '--experimental-features',
    '--inputs-from',
    '--override-input',
    '--option',
  ]),
};

/** What `nix run` and its like fetch: https://nix.dev/manual/nix/latest/command-ref/new-cli/nix3-flake#flake-references */
export function flakePackages(words: readonly Word[]): PackageUse[] {
  const spec = readOptions(words, NIX).rest[0];
  if (!spec || isUnknown(spec.value)) return [];
  const hash = spec.value.indexOf('#');
  const attribute = hash === -1 ? '' : spec.value.slice(hash);
  const [reference = '', query = ''] = spec.value.slice(0, hash === -1 ? undefined : hash).split('?', 2);
  const scheme = /^(?:(?:github|gitlab|sourcehut):|(?:git\+)?https?:\/\/)/i.exec(reference)?.[0];
  if (scheme === undefined) return [];
  const address = scheme.endsWith('/');
  const steps = reference.slice(scheme.length).split('/');
  const name = address ? reference : `${scheme}${steps.slice(0, 2).join('/')}`;
  const path = address ? '' : steps.slice(2).join('/');
  const ref = path || (/(?:^|&)(?:rev|ref)=([^&]*)/.exec(query)?.[1] ?? '');
  const pinned = /^[0-9a-f]{40}$/i.test(ref) || /^v?\d+(?:\.\d+)+/.test(ref);
  return [
    {
      ecosystem: 'git',
      name,
      spec,
      pinned,
      ...(pinned ? {} : { looseness: ref === '' ? ('no-version' as const) : ('moving-tag' as const) }),
      withVersion: (version) => (address ? `${name}?rev=${version}${attribute}` : `${name}/${version}${attribute}`),
    },
  ];
}
