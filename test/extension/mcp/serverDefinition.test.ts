import { expect, test } from 'vitest';
import { clientConfiguration } from '../../../src/extension/mcp/clientConfiguration.ts';
import { serverDefinition } from '../../../src/extension/mcp/serverDefinition.ts';

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
  expect(JSON.parse(clientConfiguration({ command: '/storage/launcher/valet-key', args: [] }))).toEqual({
    mcpServers: { 'valet-key': { command: '/storage/launcher/valet-key', args: [] } },
  });
});
