import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { userSources, workspaceSources } from '../../src/cli/configFiles.ts';

const NOBODY = 65_534;
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-'));
fs.chmodSync(root, 0o755);
afterAll(() => fs.rmSync(root, { recursive: true }));

function folder(name: string, ...files: readonly string[]): string {
  const at = path.join(root, name);
  for (const file of files) {
    fs.mkdirSync(path.dirname(path.join(at, file)), { recursive: true });
    fs.writeFileSync(path.join(at, file), '{}');
  }
  return at;
}

/** Does it as a user who may not do everything. */
function unprivileged<T>(task: () => T): T {
  if (process.getuid?.() !== 0) return task();
  process.seteuid?.(NOBODY);
  try {
    return task();
  } finally {
    process.seteuid?.(0);
  }
}

it('says that there were too many folders to search them all, and where it stopped', () => {
  const at = folder('many', ...Array.from({ length: 9 }, (_, n) => `d${n}/.mcp.json`));
  const { sources, unsearched } = workspaceSources(at, 5);
  expect(sources.map((source) => path.relative(at, source.path))).toEqual(
    Array.from({ length: 4 }, (_, n) => path.join(`d${n}`, '.mcp.json')),
  );
  expect(unsearched).toEqual([{ path: path.join(at, 'd4'), why: 'too-many', folders: 5 }]);
  expect(workspaceSources(at, 10).unsearched).toEqual([]);
});

it('says which folders may not be listed, of a workspace and of the user', () => {
  const at = folder('closed', 'in/.mcp.json', '.mcp.json');
  fs.chmodSync(path.join(at, 'in'), 0);
  const { sources, unsearched } = unprivileged(() => workspaceSources(at));
  expect(sources).toHaveLength(1);
  expect(unsearched).toEqual([{ path: path.join(at, 'in'), why: 'no-permission', folders: 1 }]);
  const place = { path: `${at}/in/*/mcp.json`, client: 'vscode', format: 'jsonc' } as const;
  const user = unprivileged(() => userSources([place, { ...place, path: `${at}/in/*/settings.json` }], undefined));
  expect(user).toEqual({ sources: [], unsearched });
  fs.chmodSync(path.join(at, 'in'), 0o700);
});

it('says nothing of a client that is not installed', () => {
  const place = { path: `${root}/nowhere/*/mcp.json`, client: 'vscode', format: 'jsonc' } as const;
  expect(userSources([place], undefined)).toEqual({ sources: [], unsearched: [] });
});
