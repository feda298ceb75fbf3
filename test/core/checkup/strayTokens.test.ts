import { describe, expect, it } from 'vitest';
import { found, read } from './support.ts';

const TOKEN = ['gh', 'p_', 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0fG3hJ6'].join('');
const SERVER = { command: 'npx', args: ['-y', 'server@1.0.0'], env: { GITHUB_TOKEN: TOKEN } };

describe('a token that tells by its shape what it is, is found', () => {
  it.each<[unknown, string]>([
    [{ mcpservers: { s: SERVER } }, '/mcpservers/s/env/GITHUB_TOKEN'],
    [{ config: { mcpServers: { s: SERVER } } }, '/config/mcpServers/s/env/GITHUB_TOKEN'],
    [
      { mcpServers: { a: { url: 'https://h.example' } }, disabledMcpServers: { s: SERVER } },
      '/disabledMcpServers/s/env/GITHUB_TOKEN',
    ],
    [{ permissions: { allow: [`Bash(GITHUB_TOKEN=${TOKEN} gh pr list:*)`] } }, '/permissions/allow/0'],
    [
      { hooks: { Stop: [{ hooks: [{ type: 'command', command: `curl -H 'X-Key: ${TOKEN}' h` }] }] } },
      '/hooks/Stop/0/hooks/0/command',
    ],
    [{ apiKeyHelper: `echo ${TOKEN}` }, '/apiKeyHelper'],
    [{ runArgs: ['-e', `GITHUB_TOKEN=${TOKEN}`] }, '/runArgs/1'],
    [{ 'a/b': [[{ '': TOKEN }]] }, '/a~1b/0/0/'],
  ])('wherever it stands: %#', (file, pointer) => {
    expect(found([read(JSON.stringify(file))], 1)).toEqual([`secret-token ${pointer}`]);
  });

  it('in TOML, and once in YAML that repeats it', () => {
    const toml = read(`notify = ["x", "${TOKEN}"]\n`, { client: 'codex', format: 'toml' });
    expect(found([toml], 1)).toEqual(['secret-token /notify/1']);
    const yaml = read(`a: &a ${TOKEN}\nb: *a\nc: [*a]\n`, { client: 'continue', format: 'yaml' });
    expect(found([yaml], 1)).toEqual(['secret-token /a']);
  });

  it('and one that a server has, once', () => {
    expect(found([read(JSON.stringify({ mcpServers: { s: SERVER } }))], 1)).toEqual([
      'secret-token /mcpServers/s/env/GITHUB_TOKEN',
    ]);
  });
});

it('what only its name makes a secret is passed over outside of servers', () => {
  const settings = {
    'some.apiKey': ['Qw8Er7Ty6Ui5Op4A', 's3Df2Gh1Jk9Lz0Xc'].join(''),
    keybindings: { token: 'ctrl+shift+k2' },
  };
  expect(found([read(JSON.stringify(settings))], 1)).toEqual([]);
});
