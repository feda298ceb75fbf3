import { expect, test } from 'vitest';
import { type Coverage, coverageText, coveredFile } from '../../../../src/core/checkup/model/checkupCoverage.ts';
import { unreadableConfig } from '../../../../src/core/checkup/read/unreadable.ts';
import { inEnglish } from '../../../../src/core/text/phrase.ts';
import { read, withServer } from '../support.ts';

const file = (servers: number, isRead = true) => ({ path: '/w/.mcp.json', servers, read: isRead });

test.each<[Coverage, string]>([
  [{ files: [], unsearched: [], unreached: [] }, '0 files, 0 servers'],
  [{ files: [file(1)], unsearched: [], unreached: [] }, '1 file, 1 server'],
  [
    { files: [file(0), file(3), file(0, false)], unsearched: [], unreached: [] },
    '2 files, 3 servers, 1 could not be read',
  ],
  [
    { files: [], unsearched: [{ path: '/w', why: 'too-many', folders: 1 }], unreached: [] },
    '0 files, 0 servers, 1 folder was not searched',
  ],
  [
    {
      files: [file(2), file(0, false), file(0, false)],
      unsearched: [
        { path: '/w/a', why: 'too-deep', folders: 2 },
        { path: '/w/b', why: 'no-permission', folders: 1 },
      ],
      unreached: ['/w/c', '/w/d'],
    },
    '1 file, 2 servers, 2 could not be read, 2 files were not reached, 3 folders were not searched',
  ],
  [{ files: [], unsearched: [], unreached: ['/w/c'] }, '0 files, 0 servers, 1 file was not reached'],
])('what a run read, in words: %j', (coverage, text) => {
  expect(inEnglish(coverageText(coverage))).toBe(text);
});

test('a file without a text, or whose text is refused, counts as not read; one that is broken further down as read', () => {
  const unreadable = unreadableConfig({ path: '/w/a', client: 'cursor', format: 'jsonc', scope: 'user' }, 'no-file');
  const refused = read('a: [', { format: 'yaml', client: 'continue' });
  const broken = read('{ "mcpServers": { "s": { "command": "x" } }, oops');
  const files = [unreadable, refused, broken, withServer({ command: 'x' })].map(coveredFile);
  expect(files.map((one) => [one.read, one.servers])).toEqual([
    [false, 0],
    [false, 0],
    [true, 1],
    [true, 1],
  ]);
});
