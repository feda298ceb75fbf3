import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BACKUPS_RETAINED_MS, Backups, textHash } from '../../../../src/extension/checkup/repair/backups.ts';

describe('a backup', () => {
  let folder: string;
  let now = Date.UTC(2026, 10, 21);
  let backups: Backups;
  const file = (name: string, text: string) => ({
    uri: `file:///home/someone/${name}`,
    bytes: new TextEncoder().encode(text),
    after: 'changed',
  });

  beforeEach(() => {
    folder = path.join(mkdtempSync(path.join(tmpdir(), 'valet-key-backups-')), 'backups');
    now = Date.UTC(2026, 10, 21);
    backups = new Backups(folder, () => now);
  });
  afterEach(() => rmSync(path.dirname(folder), { recursive: true }));

  it('is readable by its owner alone, folder and files', async () => {
    const { files } = await backups.keep([file('mcp.json', 'one'), file('.cursor/mcp.json', 'two')]);
    const modes = files.map(({ copy }) => statSync(copy).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600]);
    expect(statSync(path.dirname(files[0]?.copy ?? '')).mode & 0o777).toBe(0o700);
    expect(files.map(({ copy }) => readFileSync(copy, 'utf8'))).toEqual(['one', 'two']);
  });

  it('knows what the change left behind, and comes back in the order of time', async () => {
    const first = await backups.keep([file('a.json', 'one')]);
    now += 1000;
    const second = await backups.keep([file('b.json', 'two')]);
    expect((await backups.all()).map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(second.files[0]?.after).toBe(await textHash('changed'));
    const [kept] = second.files;
    expect(kept && new TextDecoder().decode(await backups.read(kept))).toBe('two');
  });

  it('keeps no path of the file that could lead elsewhere', async () => {
    const { files } = await backups.keep([{ ...file('x', 'y'), uri: 'file:///a/..%2F..%2Fetc%2Fpasswd' }]);
    expect(path.dirname(path.dirname(files[0]?.copy ?? ''))).toBe(folder);
  });

  it('goes after seven days, a half-made one as well', async () => {
    const { id } = await backups.keep([file('mcp.json', 'one')]);
    const damaged = await backups.keep([file('mcp.json', 'two')]);
    writeFileSync(path.join(folder, damaged.id, 'manifest.json'), '{');
    for (const name of [id, damaged.id]) utimesSync(path.join(folder, name), now / 1000, now / 1000);
    await backups.sweep();
    expect(readdirSync(folder)).toHaveLength(2);
    now += BACKUPS_RETAINED_MS + 1;
    await backups.sweep();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that is no more is nothing to fail over', async () => {
    expect(await backups.all()).toEqual([]);
    await backups.sweep();
    await backups.removeAll();
  });

  it('goes with all others when everything is removed', async () => {
    await backups.keep([file('mcp.json', 'one')]);
    await backups.removeAll();
    expect(readdirSync(folder)).toEqual([]);
  });
});
