import { gitSource, isGitSource } from './gitSource.ts';
import { type OptionStyle, readOptions } from './options.ts';
import { isPath, isUnknown, type PackageUse } from './packageUse.ts';
import { scriptAt } from './scripts.ts';
import type { Word } from './words.ts';

/** An exact version of https://packaging.python.org/en/latest/specifications/version-specifiers/ */
const EXACT =
  /^v?(?:\d+!)?\d+(?:\.\d+)*(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview|post|rev|r|dev)[-_.]?\d*)*(?:\+[\w.]+)?$/i;

/** https://docs.astral.sh/uv/reference/cli/#uv-tool-run */
const UV: OptionStyle = {
  withValue: new Set([
    '--from',
    '--with',
    '-w',
    '--with-editable',
    '--with-requirements',
    '--index',
    '--default-index',
    '-i',
    '--index-url',
    '--extra-index-url',
    '-f',
    '--find-links',
    '-P',
    '--upgrade-package',
    '--reinstall-package',
    '--refresh-package',
    '--index-strategy',
    '--keyring-provider',
    '--resolution',
    '--prerelease',
    '--fork-strategy',
    '-C',
    '--config-setting',
    '--config-settings-package',
    '--no-build-isolation-package',
    '--no-build-package',
    '--no-binary-package',
    '--exclude-newer',
    '--exclude-newer-package',
    '--link-mode',
    '-c',
    '--constraints',
    '--build-constraints',
    '-b',
    '--overrides',
    '--env-file',
    '-p',
    '--python',
    '--python-platform',
    '--torch-backend',
    '--cache-dir',
    '--color',
    '--directory',
    '--project',
    '--config-file',
    '--allow-insecure-host',
    '--package',
    '--extra',
    '--group',
    '--no-extra',
    '--no-group',
    '--only-group',
    '-m',
    '--module',
  ]),
};

/** https://pipx.pypa.io/stable/docs/#pipx-run */
const PIPX: OptionStyle = {
  withValue: new Set(['--spec', '--python', '--index-url', '-i', '--pip-args', '--path', '--with', '--backend']),
};

/** https://pip.pypa.io/en/stable/cli/pip_install/ */
const PIP: OptionStyle = {
  withValue: new Set([
    '-r',
    '--requirement',
    '-c',
    '--constraint',
    '-e',
    '--editable',
    '-t',
    '--target',
    '-i',
    '--index-url',
    '--extra-index-url',
    '-f',
    '--find-links',
    '--platform',
    '--python-version',
    '--prefix',
    '--root',
    '--src',
    '--cache-dir',
    '--proxy',
    '--timeout',
    '--retries',
    '--trusted-host',
    '--cert',
    '--log',
    '--progress-bar',
  ]),
};

function valuesOf(given: ReturnType<typeof readOptions>['given'], options: readonly string[]): Word[] {
  return given.flatMap(({ option, value }) => (options.includes(option) && value ? [value] : []));
}

/** What `uvx` and `uv tool run` fetch. */
export function uvxPackages(words: readonly Word[]): PackageUse[] {
  const { given, rest } = readOptions(words, UV);
  const from = valuesOf(given, ['--from']);
  const first = from.length > 0 ? from : rest.slice(0, 1);
  return [...first, ...valuesOf(given, ['--with', '-w'])].flatMap((spec) => pythonPackage(spec, true) ?? []);
}

/** What `uv run --with` and `uv run https://…/server.py` fetch; the project itself has a lockfile. */
export function uvRunPackages(words: readonly Word[]): PackageUse[] {
  const { given, rest } = readOptions(words, UV);
  const script = rest.slice(0, 1).filter(({ value }) => /^https?:\/\//i.test(value));
  return [
    ...valuesOf(given, ['--with', '-w']).flatMap((spec) => pythonPackage(spec, false) ?? []),
    ...script.flatMap(scriptAt),
  ];
}

/** What `pipx run` fetches. */
export function pipxPackages(words: readonly Word[]): PackageUse[] {
  const { given, rest } = readOptions(words, PIPX);
  const from = valuesOf(given, ['--spec']);
  const first = from.length > 0 ? from : rest.slice(0, 1);
  return first.flatMap((spec) => pythonPackage(spec, false) ?? []);
}

/** What `pip install` fetches. */
export function pipPackages(words: readonly Word[]): PackageUse[] {
  const found: PackageUse[] = [];
  for (let left = words; left.length > 0; ) {
    const { rest } = readOptions(left, PIP);
    const [spec, ...next] = rest;
    if (!spec) break;
    found.push(...[pythonPackage(spec, false)].flatMap((use) => use ?? []));
    left = next;
  }
  return found;
}

/** Longest requirement that is read: reading one takes the square of its length. */
const MAX_CHARACTERS = 1000;

/** A requirement (PEP 508), a repository, or uvx's `name@version`. Undefined for paths and what is not known. */
function pythonPackage(spec: Word, uvx: boolean): PackageUse | undefined {
  const text = spec.value;
  if (text.length > MAX_CHARACTERS) return undefined;
  const direct = /^[\w.-]+(?:\[[^\]]*\])?\s*@\s*(?=git\+|https?:)/.exec(text)?.[0].length ?? 0;
  if (direct > 0 || isGitSource(text, false)) {
    const source = gitSource({ value: text.slice(direct), at: spec.at, offset: spec.offset + direct }, '@');
    return source && { ...source, spec, withVersion: (wanted) => text.slice(0, direct) + source.withVersion(wanted) };
  }
  if (isPath(text) || isUnknown(text.replaceAll(/[<>]=?/g, '')) || /<[a-z]/i.test(text)) return undefined;
  if (/\.(?:whl|py|tar\.gz|zip)$/i.test(text) && !/^https?:/i.test(text)) return undefined;
  const parts = /^(https?:\S+|[A-Za-z0-9][\w.-]*)(\s*\[[^\]]*\])?\s*(?:(@|===?|~=|!=|[<>]=?)\s*(.*))?$/.exec(text);
  if (!parts) return undefined;
  const [, name = '', extras = '', operator = '', version = ''] = parts;
  const exactly = operator === '==' || operator === '===' || (uvx && operator === '@');
  const pinned = (exactly && EXACT.test(version.trim())) || (/^https?:/i.test(name) && /\d\.\d/.test(name));
  return {
    ecosystem: 'pypi',
    name,
    spec,
    pinned,
    ...(pinned ? {} : { looseness: operator === '' ? 'no-version' : operator === '@' ? 'moving-tag' : 'range' }),
    withVersion: (wanted) => `${name}${extras}${operator === '@' ? '@' : '=='}${wanted}`,
  };
}
