import { isUnknown, type PackageUse } from './packageUse.ts';
import type { Word } from './words.ts';

const COMMIT = /^[0-9a-f]{7,64}$/i;
/** A release's tag, such as `v1.2.3` or `server-1.4.0-rc.1`. It can be moved, but nobody does so by accident. */
const RELEASE_TAG = /^(?:[\w.-]*[-/@])?v?\d+(?:\.\d+)+(?:[-+.][\w.+-]*)?$|^[\w./-]*==?\d[\w.]*$/i;

const SOURCE = /^(?:git\+|git:|git@|ssh:\/\/git@|github:|gitlab:|bitbucket:|gist:)|^https?:\/\/[^#?]+\.git(?:$|[#?@])/i;
/** npm's shorthand for a repository at GitHub. */
const SHORTHAND = /^[a-z0-9][\w.-]*\/[\w.-]+(?:#.*)?$/i;

/** Whether a specification names a Git repository; `shorthand` for programs that take `owner/repository`. */
export function isGitSource(spec: string, shorthand: boolean): boolean {
  return SOURCE.test(spec) || (shorthand && SHORTHAND.test(spec));
}

/** npm puts the commit after `#`, Python's tools after the last `@` of the path. */
export function gitSource(spec: Word, separator: '#' | '@'): PackageUse | undefined {
  const text = spec.value;
  const path = Math.max(text.indexOf('://') + 3, text.indexOf(':') + 1);
  const hash = text.indexOf('#');
  const end = separator === '@' && hash !== -1 ? hash : text.length;
  const mark = separator === '#' ? hash : text.lastIndexOf('@', end);
  const hasRef = mark >= path && mark > text.indexOf('/', path);
  const name = text.slice(0, hasRef ? mark : end);
  const ref = hasRef ? text.slice(mark + 1, end) : '';
  if (isUnknown(name) || isUnknown(hasRef ? ref : 'none')) return undefined;
  const pinned = COMMIT.test(ref) || RELEASE_TAG.test(ref);
  return {
    ecosystem: 'git',
    name,
    spec,
    pinned,
    ...(pinned ? {} : { looseness: ref === '' ? 'no-version' : ref.startsWith('semver:') ? 'range' : 'moving-tag' }),
    withVersion: (version) => `${name}${separator}${version}${text.slice(end)}`,
  };
}
