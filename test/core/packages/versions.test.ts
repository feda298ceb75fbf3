import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { isExactVersion } from '../../../src/core/packages/versions.ts';
import { installedVersion } from '../../../src/extension/checkup/scan/installedVersion.ts';

test.each([
  ['npm', '1.2.3', true],
  ['npm', '1.2.3-beta.1', true],
  ['npm', '^1.2.3', false],
  ['npm', 'latest', false],
  ['npm', '1.2', false],
  ['npm', '1.2.3" , "evil', false],
  ['pypi', '2026.1', true],
  ['pypi', '1.0rc1', true],
  ['pypi', '>=1.0', false],
  ['docker', '1.2', true],
  ['docker', `sha256:${'a'.repeat(64)}`, true],
  ['docker', 'latest', false],
  ['docker', '1.2\n', false],
  ['git', 'a'.repeat(40), true],
  ['git', 'v1.0.0', true],
  ['git', 'main', false],
  ['deno', '1.0.0', true],
] as const)('%s: %j names one version: %s', (ecosystem, version, exact) => {
  expect(isExactVersion(ecosystem, version)).toBe(exact);
});

describe('the installed version', () => {
  let home: string;
  const install = (folder: string, name: string, version: string, at = 1): void => {
    const directory = path.join(home, folder, 'node_modules', name);
    mkdirSync(directory, { recursive: true });
    const file = path.join(directory, 'package.json');
    writeFileSync(file, JSON.stringify({ name, version }));
    utimesSync(file, at, at);
  };

  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'valet-key-versions-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  it('is the one that npx fetched last', async () => {
    install('.npm/_npx/one', '@scope/server', '1.0.0', 1);
    install('.npm/_npx/two', '@scope/server', '2.0.0', 2);
    install('.npm/_npx/three', '@scope/other', '9.0.0', 3);
    expect(await installedVersion('@scope/server', home, [])).toBe('2.0.0');
  });

  it('is looked for where npx keeps it on Windows, too', async () => {
    install('AppData/Local/npm-cache/_npx/one', 'server', '1.0.0');
    expect(await installedVersion('server', home, [])).toBe('1.0.0');
  });

  it('is else the one of the workspace', async () => {
    install('project', 'server', '3.1.4');
    expect(await installedVersion('server', home, [path.join(home, 'none'), path.join(home, 'project')])).toBe('3.1.4');
  });

  it('is not told by what is no version, no package or another package', async () => {
    install('project', 'server', 'latest');
    expect(await installedVersion('server', home, [path.join(home, 'project')])).toBeUndefined();
    expect(await installedVersion('../../etc', home, [home])).toBeUndefined();
    expect(await installedVersion('absent', home, [])).toBeUndefined();
  });
});
