import { PassThrough } from 'node:stream';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { LineWriter } from '../../../src/protocol/lineWriter.ts';
import { gatewayInProcess } from '../../support/gatewayInProcess.ts';
import { freshKey, loopbackService, policyText } from '../../support/serve.ts';
import { until } from '../../support/until.ts';

const CALLER = { agent: { name: 'claude-code' }, scope: 'window', connection: 'c' } as const;

it('a refused call is looked through for credentials once its answer is written: else the time would tell what is in it', async () => {
  const key = freshKey();
  const { gateway, log } = await gatewayInProcess({
    policy: policyText({ api: loopbackService('http://127.0.0.1:9', { policies: [] }) }),
    credentials: [['api', 'http://127.0.0.1:9', key]],
  });
  const stream = new PassThrough();
  const writer = new LineWriter(stream);
  let recordsAtAnswer: number | undefined;
  stream.once('data', () => {
    recordsAtAnswer = log.length;
  });
  const call = { tool: 'read', method: 'GET', service: 'api', path: `/${key}` } as const;
  // A turn has just begun, so that nothing that follows waits for the next one by itself.
  await setTimeout(10);
  await gateway.turnBudget.turn();
  // As the proxy's connection does it: what is answered in one turn is written at the end of it.
  void gateway.call(call, CALLER).then((result) => writer.send(result));
  await until(() => log.some((line) => line.includes('policy_denied') || line.includes('BLOCKED')), 'it is recorded');
  await setImmediate();
  expect(recordsAtAnswer).toBe(0);
});
