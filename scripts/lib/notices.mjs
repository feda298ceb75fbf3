import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './repo.mjs';
import { Failure } from './run.mjs';

/** Relative to the repository. */
export const NOTICES = 'THIRD-PARTY-NOTICES.txt';

const HEAD = `Valet Key contains the following third-party software. Each part stands under the licence that follows its name.
`;

/**
 * The text of THIRD-PARTY-NOTICES.txt: the licence of every package of which esbuild puts at least one byte into a
 * bundle of the VSIX.
 *
 * @param {readonly import('./builtBundles.mjs').BuiltBundle[]} shipped
 * @returns {string}
 * @throws {Failure} for a package without a licence text: then someone has to find out under which one it stands
 */
export function thirdPartyNotices(shipped) {
  const folders = new Set(shipped.flatMap(({ packages }) => packages));
  const parts = [...folders].map((folder) => {
    const { name, version, license, repository } = JSON.parse(
      readFileSync(path.join(ROOT, folder, 'package.json'), 'utf8'),
    );
    const texts = readdirSync(path.join(ROOT, folder)).filter((file) =>
      /^(licen[cs]e|notice|thirdpartynotices)(\.|$)/i.test(file),
    );
    if (texts.length === 0) {
      throw new Failure(`${name} is bundled and has no licence file. Find its licence before it goes into the VSIX.`);
    }
    const head = [`${name} ${version} (${license})`, webAddress(repository)].filter(Boolean).join('\n');
    const bodies = texts.sort().map((file) => plain(readFileSync(path.join(ROOT, folder, file), 'utf8')));
    return { key: `${name} ${version}`, text: `${'='.repeat(80)}\n${head}\n\n${bodies.join('\n\n')}\n` };
  });
  parts.sort((one, other) => (one.key < other.key ? -1 : 1));
  return [HEAD, ...parts.map(({ text }) => text)].join('\n');
}

/** @param {string | { url?: string } | undefined} repository as package.json has it */
function webAddress(repository) {
  const url = typeof repository === 'string' ? repository : (repository?.url ?? '');
  const github = /(?:github(?:\.com)?[:/]|^)([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(url);
  return github ? `https://github.com/${github[1]}` : url.replace(/^git\+/, '');
}

/** The same on every system: Unix line ends, no white space at the ends. @param {string} text */
function plain(text) {
  return text
    .replaceAll('\r\n', '\n')
    .replace(/[ \t]+$/gm, '')
    .trim();
}
