import { expect, test } from 'vitest';
import { gatewayEnvironment } from '../../../../src/extension/gateway/model/childEnvironment.ts';

test('passes on what a process needs and nothing else', () => {
  const environment = gatewayEnvironment({
    HOME: '/home/me',
    PATH: '/usr/bin',
    LANG: 'de_DE.UTF-8',
    NODE_OPTIONS: '--require /tmp/evil.js',
    NODE_EXTRA_CA_CERTS: '/tmp/evil.pem',
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
    VSCODE_INSPECTOR_OPTIONS: '{}',
    HTTPS_PROXY: 'http://proxy.example:3128',
    SSLKEYLOGFILE: '/tmp/keys',
    STRIPE_API_KEY: 'some value',
    ELECTRON_RUN_AS_NODE: undefined,
  });
  expect(environment).toEqual({ ELECTRON_RUN_AS_NODE: '1', HOME: '/home/me', PATH: '/usr/bin', LANG: 'de_DE.UTF-8' });
});
