import { gitSource, isGitSource } from './gitSource.ts';
import { type OptionStyle, readOptions } from './options.ts';
import { isPath, isUnknown, type PackageUse } from './packageUse.ts';
import type { Word } from './words.ts';

/** https://semver.org/#backusnaur-form-grammar-for-valid-semver-versions, with the `v` and `=` that npm takes. */
const EXACT = /^v?=?v?\d+\.\d+\.\d+(?:-[\w.-]+)?(?:\+[\w.-]+)?$/;

/** https://docs.npmjs.com/cli/v11/commands/npx, …/npm-exec, https://pnpm.io/cli/dlx, https://yarnpkg.com/cli/dlx, https://bun.sh/docs/cli/bunx */
const STYLE: OptionStyle = {
  withValue: new Set([
    '-p',
    '--package',
    '-c',
    '--call',
    '-C',
    '--dir',
    '--prefix',
    '--cache',
    '--registry',
    '--userconfig',
    '--node-options',
    '--node-arg',
    '-n',
    '--loglevel',
    '-w',
    '--workspace',
    '--shell',
    '--script-shell',
    '--allow-build',
    '--reporter',
    '--config',
    '--filter',
    '-F',
    '--cwd',
  ]),
};
const PACKAGE_OPTIONS = new Set(['-p', '--package']);
/** Only what is installed already is run; its lockfile holds the version. */
const LOCAL_ONLY = new Set(['--no', '--no-install', '--offline']);

/** What `npx`, `npm exec`, `pnpm dlx`, `yarn dlx` and `bunx` fetch, given the words after them. */
export function npmRunnerPackages(words: readonly Word[]): PackageUse[] {
  const { given, rest } = readOptions(words, STYLE);
  if (given.some(({ option }) => LOCAL_ONLY.has(option))) return [];
  const named = given.flatMap(({ option, value }) => (PACKAGE_OPTIONS.has(option) && value ? [value] : []));
  const specs = named.length > 0 ? named : rest.slice(0, 1);
  return specs.flatMap((spec) => npmPackage(spec) ?? []);
}

/** https://docs.npmjs.com/cli/v11/using-npm/package-spec */
export function npmPackage(spec: Word): PackageUse | undefined {
  const text = spec.value;
  if (isPath(text)) return undefined;
  if (isGitSource(text, !text.startsWith('@'))) return gitSource(spec, '#');
  if (/^https?:/i.test(text)) return tarball(spec);
  const at = text.indexOf('@', 1);
  const name = at === -1 ? text : text.slice(0, at);
  const version = at === -1 ? '' : text.slice(at + 1);
  if (isUnknown(name) || isUnknownVersion(version) || !/^(?:@[\w.~-]+\/)?[\w.~-]+$/.test(name)) return undefined;
  if (version.startsWith('npm:')) {
    const aliased = npmPackage({ value: version.slice(4), at: spec.at, offset: spec.offset + at + 5 });
    return aliased && { ...aliased, spec, withVersion: (wanted) => `${name}@npm:${aliased.withVersion(wanted)}` };
  }
  const pinned = EXACT.test(version);
  return {
    ecosystem: 'npm',
    name,
    spec,
    pinned,
    ...(pinned
      ? {}
      : { looseness: version === '' ? 'no-version' : /^[a-z][\w-]*$/i.test(version) ? 'moving-tag' : 'range' }),
    withVersion: (wanted) => `${name}@${wanted}`,
  };
}

/** `>=1.2.3` says something, `<version>` does not. */
function isUnknownVersion(version: string): boolean {
  return version !== '' && isUnknown(version.replaceAll(/[<>]=?(?=\s*v?\d)/g, ''));
}

/** A tarball's address counts as exact when it names a version or a commit. */
function tarball(spec: Word): PackageUse | undefined {
  if (isUnknown(spec.value)) return undefined;
  const pinned = /\d\.\d+\.\d|[0-9a-f]{7,40}(?:$|[/.])/i.test(spec.value.slice(spec.value.indexOf('/', 8)));
  return {
    ecosystem: 'npm',
    name: spec.value,
    spec,
    pinned,
    ...(pinned ? {} : { looseness: 'no-version' }),
    withVersion: () => spec.value,
  };
}
