import path from 'node:path';
import { expect, it } from 'vitest';
import { startGatewayProcess } from '../../src/extension/gateway/model/gatewayProcess.ts';

it('what a gateway said before it was killed is heard before its pipe is closed: a renewed credential is stored', async () => {
  const stored: string[] = [];
  const run = await startGatewayProcess(
    path.join(import.meta.dirname, '../support/dyingGateway.ts'),
    { runtimeDir: '/nowhere', auditDir: '/nowhere', extensionVersion: '0' },
    {
      tokenStore: {
        leaseRenewal: async () => undefined,
        storeRenewal: async (_lease, { value }) => void stored.push(value.expose('fingerprint')),
        releaseRenewal: async () => undefined,
        session: async () => undefined,
      },
      onAudit: () => undefined,
      onAccessRequest: () => undefined,
      onAgents: () => undefined,
      onApproval: () => undefined,
      onApprovalGone: () => undefined,
      onToolsSeen: () => undefined,
      onServersChanged: () => undefined,
      onLog: (_level, message) => {
        if (message !== 'be busy') return;
        // Long enough for everything that the gateway still says, and for its end.
        const until = Date.now() + 500;
        while (Date.now() < until);
      },
    },
  );
  expect(await run.ended).toBe('signal SIGKILL');
  run.dispose();
  expect(stored).toEqual(['the next refresh token']);
});
