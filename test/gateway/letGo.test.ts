import { expect, test } from 'vitest';
import type { PolicyFile } from '../../src/gateway/control/controlPort.ts';
import { english } from '../support/english.ts';
import { type GatewayInProcess, gatewayInProcess } from '../support/gatewayInProcess.ts';

// A file that names a service no longer closes it until the user lets the file go: and everything says so.

const POLICY = `services:
  demo:
    baseUrl: https://api.example.com
    auth: { type: bearer }
    policies: [{ path: /**, methods: [GET] }]
`;
const USER: PolicyFile = {
  id: 'user',
  label: 'valetkey.yaml (user policy)',
  approved: POLICY,
  written: POLICY,
  grants: true,
};
const FOLDER: PolicyFile = { id: 'workspace:file:///shop', label: 'valetkey.yaml', approved: POLICY, grants: true };

let running: GatewayInProcess | undefined;

async function gatewayWith(files: readonly PolicyFile[]): Promise<GatewayInProcess> {
  running = await gatewayInProcess({
    policy: POLICY,
    resolve: async () => [{ address: '169.254.169.254', family: 4 }],
    credentials: [['demo', 'https://api.example.com', ['a', 'credential', 'of', 'ours'].join('-')]],
  });
  await running.gateway.set({ policies: [...files] });
  return running;
}

test.each([
  ['missing', FOLDER, 'valetkey.yaml no longer names demo'],
  ['empty', { ...FOLDER, written: 'services: {}\n' }, 'valetkey.yaml no longer names demo'],
  [
    'approved without it',
    { ...FOLDER, approved: 'services: {}\n', written: POLICY },
    'the user has not approved demo in valetkey.yaml',
  ],
] as const)(
  'a file that is %s closes the service: its state, its calls and the list say so, and why',
  async (_, folder, why) => {
    const { gateway, read } = await gatewayWith([USER, folder]);
    expect(english((await gateway.status()).services)).toEqual([{ name: 'demo', status: 'not_approved', why }]);
    expect(await read('demo', '/a')).toMatchObject({
      refusal: {
        code: 'policy_not_approved',
        message: `${why}.`,
        nextStep: expect.stringContaining('Review and Apply Policy Changes'),
        sent: 'no',
      },
    });
    expect(await gateway.listServices({ agent: { name: 'x' }, scope: 'window', connection: 'c' })).toMatchObject({
      answer: { services: [{ name: 'demo', status: 'not_approved' }] },
    });
  },
);

test('a file that was let go has no say any more', async () => {
  const { gateway, read } = await gatewayWith([USER, { ...FOLDER, approved: 'services: {}\n' }]);
  expect(english((await gateway.status()).services)).toMatchObject([{ name: 'demo', status: 'ready' }]);
  // As far as the name look-up: every policy allows it.
  expect(await read('demo', '/a')).toMatchObject({ refusal: { code: 'address_refused' } });
});
