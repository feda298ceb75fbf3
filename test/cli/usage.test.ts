import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

describe('--help', () => {
  it('of the command line names every command', async () => {
    for (const args of [['--help'], ['-h'], ['help']]) {
      const { status, stdout } = await runCli(args);
      expect(status).toBe(0);
      for (const command of ['serve', 'decide', 'lint', 'audit']) expect(stdout).toContain(`dist/cli.js ${command}`);
    }
  });

  it.each([
    [
      'serve',
      ['--policy', '--runtime-dir', '--audit-dir', '--approve', 'rotate', 'revoke', 'freeze', 'reload', 'status'],
    ],
    ['decide', ['--policy', 'verdict', 'target']],
    ['lint', ['line', 'severity']],
    ['audit', ['verify', 'query', '--since']],
  ])('of %s says how it is used', async (command, words) => {
    const { status, stdout, stderr } = await runCli([command, '--help']);
    expect(status).toBe(0);
    expect(stderr).toBe('');
    for (const word of words) expect(stdout).toContain(word);
  });
});

describe('a call that is not in form', () => {
  const missing = path.join(folder, 'missing.yaml');
  const broken = path.join(folder, 'broken.yaml');
  fs.writeFileSync(broken, 'services:\n  api:\n    baseURL: https://api.example.com\n');

  it.each([
    ['no command at all', []],
    ['an unknown command', ['sevre']],
    ['a name of a prototype', ['constructor']],
    ['serve without a policy', ['serve']],
    ['serve with a policy that is missing', ['serve', '--policy', missing]],
    ['serve with an option that is unknown', ['serve', '--policy', broken, '--port', '80']],
    ['serve with another word for --approve', ['serve', '--policy', broken, '--approve', 'maybe']],
    ['decide without a policy', ['decide']],
    ['decide with a policy that has errors', ['decide', '--policy', broken]],
    ['lint without a file', ['lint']],
    ['lint of a file that is missing', ['lint', missing]],
    ['lint of a device without end', ['lint', '/dev/zero']],
    ['test of a device without end', ['test', '/dev/zero']],
    ['decide with a device without end', ['decide', '--policy', '/dev/zero']],
    ['checkup with a device without end', ['checkup', '--workspace', folder, '--accept', '/dev/zero']],
    ['checkup of a folder that is missing', ['checkup', '--workspace', path.join(folder, 'mistyped')]],
    ['checkup of a file', ['checkup', '--workspace', broken]],
    ['audit without a verb', ['audit']],
    ['audit of a directory that is missing', ['audit', 'verify', missing]],
    ['audit of two directories', ['audit', 'verify', folder, folder]],
    ['audit with a time that is none', ['audit', 'query', folder, '--since', 'tuesday']],
  ])('%s ends with status 2 and says why', async (what, args) => {
    const { status, stdout, stderr } = await runCli(args as string[]);
    expect(status).toBe(2);
    if (what === 'no command at all') expect(stdout).toContain('dist/cli.js serve');
    else {
      expect(stdout).toBe('');
      expect(stderr).toMatch(/\S{3}/);
      expect(stderr).not.toMatch(/^\s+at .+:\d+/m);
    }
  });

  it('names the place of what is wrong in a policy', async () => {
    for (const args of [
      ['serve', '--policy', broken],
      ['decide', '--policy', broken],
    ]) {
      expect((await runCli(args)).stderr).toContain(`${broken}:3:5`);
    }
  });
});
