import { isUnknown, type PackageUse } from './packageUse.ts';
import { slice, type Word } from './words.ts';

const FETCHES = /(?:^|[\s(`|;&"'/])(?:curl|wget|iwr|irm|invoke-webrequest|invoke-restmethod)(?:\.exe)?\s/i;
/** What is fetched is run at once: `… | sh`, `bash <(…)`, `eval "$(…)"`, `iex (…)`. */
const RUNS =
  /\|\s{0,3}(?:sudo\s(?:-\w\s)?)?(?:env\s)?(?:[\w/]{0,30}\/)?(?:(?:ba|z|da|k|fi)?sh|python3?|node|bun|deno|perl|ruby|php|iex|pwsh|invoke-expression)(?=[\s"');&]|$)|(?:sh|source|\.|python3?|node)\s<\(|(?:-c|eval)\s{1,3}["']?\$\(|^["']?\$\(|\b(?:iex|invoke-expression)[\s(]/i;

/** Longer texts than this are no command line. */
const MAX_TEXT = 16 * 1024;

/** The programs that a word of a command line fetches and runs at once, as in `sh -c "curl https://… | sh"`. */
export function fetchedScripts(word: Word): PackageUse[] {
  const text = word.value.slice(0, MAX_TEXT);
  if (!FETCHES.test(text) || !RUNS.test(text)) return [];
  const address = /https?:\/\/[^\s"'|)<>;`]+/i.exec(text);
  return address ? scriptAt(slice(word, address.index, address.index + address[0].length)) : [];
}

/** A program at an address. It counts as exact when the address names a version or a commit. */
export function scriptAt(spec: Word): PackageUse[] {
  if (isUnknown(spec.value)) return [];
  const path = spec.value.slice(spec.value.indexOf('/', 8));
  const pinned = /\d\.\d+\.\d|\/[0-9a-f]{40}(?:\/|$)/i.test(path);
  return [
    {
      ecosystem: 'script',
      name: spec.value,
      spec,
      pinned,
      ...(pinned ? {} : { looseness: 'no-version' as const }),
      withVersion: () => spec.value,
    },
  ];
}
