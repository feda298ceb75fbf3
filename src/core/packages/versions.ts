import type { Fix } from '../checkup/model/checkupModel.ts';

type Ecosystem = Extract<Fix, { kind: 'pin' }>['ecosystem'];

/**
 * What names one version and no other, by where packages come from. npm and Deno: https://semver.org; PyPI:
 * https://peps.python.org/pep-0440/; Docker: a tag or a digest, https://github.com/distribution/reference; Git: a commit,
 * or a tag that looks like a version, since a branch moves.
 */
const EXACT: Readonly<Record<Ecosystem, RegExp>> = {
  npm: /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/,
  deno: /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/,
  pypi: /^(?:\d+!)?\d+(?:\.\d+)*(?:(?:a|b|rc)\d+)?(?:\.post\d+)?(?:\.dev\d+)?$/,
  docker: /^(?:(?!latest$|main$|master$|stable$|edge$|nightly$)[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|sha256:[0-9a-f]{64})$/,
  git: /^(?:[0-9a-f]{40}|v?\d+(?:\.\d+)*(?:-[0-9A-Za-z.-]+)?)$/,
};

/** Whether a text names exactly one version of a package. */
export function isExactVersion(ecosystem: Ecosystem, version: string): boolean {
  return version.length <= 128 && EXACT[ecosystem].test(version);
}

/** What such a text looks like. */
export function versionExample(ecosystem: Ecosystem): string {
  switch (ecosystem) {
    case 'npm':
    case 'deno':
    case 'pypi':
      return '1.2.3';
    case 'docker':
      return '1.2.3 / sha256:…';
    case 'git':
      return 'v1.2.3 / 0123abc…';
  }
}
