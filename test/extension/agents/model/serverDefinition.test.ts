import { expect, test } from 'vitest';
import { clientConfiguration } from '../../../../src/extension/agents/model/clientConfiguration.ts';
import { serverDefinition, upstreamDefinition } from '../../../../src/extension/agents/model/serverDefinition.ts';
import { UpstreamServerNames } from '../../../../src/extension/agents/model/upstreamServerNames.ts';
import { Emitter } from '../../../../src/extension/util/emitter.ts';

const DEFINITION = serverDefinition({
  execPath: '/opt/code/code',
  proxyPath: '/ext/dist/proxy.js',
  runtimeDir: '/run/user/1000/valet-key',
  extensionVersion: '1.2.3',
});

test('is exactly what is documented: nothing secret, nothing volatile, no working directory', () => {
  expect(DEFINITION).toEqual({
    label: 'Valet Key',
    command: '/opt/code/code',
    args: ['/ext/dist/proxy.js'],
    env: {
      ELECTRON_RUN_AS_NODE: '1',
      NODE_OPTIONS: null,
      VSCODE_INSPECTOR_OPTIONS: null,
      VALETKEY_RUNTIME_DIR: '/run/user/1000/valet-key',
    },
    version: '1.2.3',
  });
});

test('for other clients is the launcher, which outlives updates, and no variable at all', () => {
  expect(JSON.parse(clientConfiguration({ command: '/storage/launcher/valet-key', args: [] }, []))).toEqual({
    mcpServers: { 'valet-key': { command: '/storage/launcher/valet-key', args: [] } },
  });
});

test('of an upstream MCP server differs by its label and its argument alone', () => {
  expect(upstreamDefinition(DEFINITION, 'github-mcp')).toEqual({
    ...DEFINITION,
    label: 'Valet Key: github-mcp',
    args: ['/ext/dist/proxy.js', '--server', 'github-mcp'],
  });
});

test('the list of upstream MCP servers says that it changed only when it did', () => {
  let now = ['a'];
  let told = 0;
  const changed = new Emitter<void>();
  const wrapped = new UpstreamServerNames(() => now, changed.event);
  wrapped.onDidChange(() => {
    told += 1;
  });
  changed.fire();
  expect([told, wrapped.names]).toEqual([0, ['a']]);
  now = ['a', 'b'];
  changed.fire();
  changed.fire();
  expect([told, wrapped.names]).toEqual([1, ['a', 'b']]);
});

test('for other clients has an entry for each upstream MCP server beside ours', () => {
  const command = '/storage/launcher/valet-key';
  expect(JSON.parse(clientConfiguration({ command, args: [] }, ['wiki']))).toEqual({
    mcpServers: {
      'valet-key': { command, args: [] },
      'valet-key-wiki': { command, args: ['--server', 'wiki'] },
    },
  });
});
