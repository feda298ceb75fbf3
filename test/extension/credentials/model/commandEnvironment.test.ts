import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { commandEnvironment, safePath } from '../../../../src/extension/credentials/model/commandEnvironment.ts';
import { findProgram, wordsInWorkspace } from '../../../../src/extension/credentials/model/findProgram.ts';

test('a command gets what its tools need of the environment, and nothing that makes it run something else', () => {
  const passed = {
    HOME: '/home/me',
    LC_ALL: 'C',
    XDG_RUNTIME_DIR: '/run/user/1',
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/bus',
    OP_ACCOUNT: 'work',
    VAULT_ADDR: 'https://vault.example',
    PASSWORD_STORE_DIR: '/home/me/store',
    https_proxy: 'http://proxy.example:3128',
  };
  const kept = {
    LD_PRELOAD: '/x.so',
    NODE_OPTIONS: '--require x',
    BASH_ENV: '/x',
    ENV: '/x',
    PYTHONSTARTUP: '/x',
    ELECTRON_RUN_AS_NODE: '1',
    VSCODE_IPC_HOOK: '/x',
    GITHUB_TOKEN: 'not for this',
    DYLD_INSERT_LIBRARIES: '/x',
  };
  const environment = commandEnvironment({ ...passed, ...kept, PATH: '/usr/bin:.::/shop/bin', GONE: undefined }, [
    '/shop',
  ]);
  expect(environment).toEqual({ ...passed, PATH: '/usr/bin' });
});

test('PATH is searched in absolute folders outside of the workspace', () => {
  expect(safePath('/usr/bin:relative:/shop:/shop/node_modules/.bin:/shop/..bin:/shopshop:/bin', ['/shop'])).toEqual([
    '/usr/bin',
    '/shopshop',
    '/bin',
  ]);
});

describe('the program that a command names', () => {
  let root: string;
  let where: Parameters<typeof findProgram>[1];

  beforeAll(() => {
    root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'vk-programs-')));
    for (const folder of ['first', 'second', 'shop']) fs.mkdirSync(path.join(root, folder));
    fs.writeFileSync(path.join(root, 'first/key'), 'not to be run', { mode: 0o600 });
    fs.mkdirSync(path.join(root, 'shop/..tools'));
    fs.symlinkSync(path.join(root, 'shop'), path.join(root, 'link'));
    for (const file of ['second/key', 'second/other', 'shop/tool', 'shop/..tools/tool'])
      fs.writeFileSync(path.join(root, file), '', { mode: 0o700 });
    fs.symlinkSync(path.join(root, 'shop/tool'), path.join(root, 'first/tool'));
    where = {
      folders: [path.join(root, 'first'), path.join(root, 'second')],
      workspaceFolders: [path.join(root, 'shop')],
      windows: false,
    };
  });
  afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

  it('is the first one that can be run', async () => {
    expect(await findProgram('key', where)).toEqual({ program: path.join(root, 'second/key') });
    expect(await findProgram(path.join(root, 'second/other'), where)).toEqual({
      program: path.join(root, 'second/other'),
    });
  });

  it.each([
    ['nothing', 'not-found'],
    ['second/key', 'relative'],
    ['./key', 'relative'],
  ])('%s is %s', async (name, problem) => {
    expect(await findProgram(name, where)).toEqual({ problem });
  });

  it('is none of the workspace, also behind a link', async () => {
    expect(await findProgram(path.join(root, 'shop/tool'), where)).toEqual({ problem: 'in-workspace' });
    expect(await findProgram('tool', where)).toEqual({ problem: 'in-workspace' });
  });

  it('is none of a workspace that was opened by another name, or whose folders begin with dots', async () => {
    const byLink = { ...where, workspaceFolders: [path.join(root, 'link')] };
    expect(await findProgram(path.join(root, 'shop/tool'), byLink)).toEqual({ problem: 'in-workspace' });
    expect(await findProgram(path.join(root, 'shop/..tools/tool'), where)).toEqual({ problem: 'in-workspace' });
    expect(safePath(`${root}/shop:${root}/shop/..tools:${root}/first`, byLink.workspaceFolders)).toEqual([
      `${root}/first`,
    ]);
    expect(safePath(`${root}/link:${root}/first`, where.workspaceFolders)).toEqual([`${root}/first`]);
  });

  it.each([
    ['shop/tool', true],
    ['first/tool', true],
    ['second/key', false],
    ['nothing', false],
  ])('is given a word that names something of the workspace: %s, %s', async (word, shared) => {
    for (const spelled of [word, path.join(root, word)])
      expect(await wordsInWorkspace([spelled], where.workspaceFolders, root)).toEqual(shared ? [spelled] : []);
  });

  it('is given words that hold the workspace somewhere', async () => {
    const words = [`--file=${root}/shop/x`, `. ${root}/shop/x; y`, `${root}/shopping`, `file://${root}/shop`];
    expect(await wordsInWorkspace(words, where.workspaceFolders, root)).toEqual([words[0], words[1], words[3]]);
  });
});
