import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import { SettingSender, type SettingSources } from '../../../../src/extension/gateway/model/settingSender.ts';
import type { CredentialSet } from '../../../../src/gateway/control/controlPort.ts';
import { runs } from '../../../support/runs.ts';
import { FakeRun } from '../../support/fakeRun.ts';

/** A set of credentials with its values in the open, so that two can be compared by their text. */
interface Plain {
  readonly current: readonly { readonly service: string; readonly value: string; readonly condition?: 'rejected' }[];
  readonly retired: readonly { readonly service: string; readonly value: string; readonly until: number }[];
  readonly revoked: readonly string[];
}

function setOf({ current, retired, revoked }: Plain): CredentialSet {
  const binding = { origin: 'https://api.stripe.com', placement: 'bearer' };
  return {
    current: current.map((one) => ({ ...one, value: new Secret(one.value), binding })),
    retired: retired.map((one) => ({ ...one, value: new Secret(one.value) })),
    revoked,
  };
}

function senderOf(run: FakeRun, credentials: () => CredentialSet): SettingSender {
  const unused = (): never => {
    throw new Error('not asked for');
  };
  const sources: SettingSources = {
    ...{ window: unused, network: unused, policies: unused, freeze: unused, agents: unused, toolPins: unused },
    credentials,
  };
  return new SettingSender(run.control, sources);
}

const service = fc.constantFrom('stripe', 'github');
const value = fc.constantFrom('first', 'other', '');
const plain: fc.Arbitrary<Plain> = fc.record({
  current: fc.array(
    fc.oneof(fc.record({ service, value }), fc.record({ service, value, condition: fc.constant('rejected' as const) })),
    { maxLength: 2 },
  ),
  retired: fc.array(fc.record({ service, value, until: fc.constantFrom(1, 2) }), { maxLength: 2 }),
  revoked: fc.array(service, { maxLength: 2 }),
});

test('a set is sent if, and only if, it differs from the one before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(plain, { minLength: 1, maxLength: 4 }), async (sets) => {
      const run = new FakeRun();
      let now: Plain | undefined;
      const sender = senderOf(run, () => setOf(now ?? { current: [], retired: [], revoked: [] }));
      for (now of sets.flatMap((one) => [one, one])) await sender.send(['credentials']);
      const texts = sets.map((one) => JSON.stringify(one));
      expect(run.credentials).toHaveLength(texts.filter((text, index) => text !== texts[index - 1]).length);
    }),
    { numRuns: runs(300) },
  );
});

test('a setting that the gateway did not take fails for everyone who waits for it', async () => {
  const run = new FakeRun();
  run.refusing = 'credentials';
  const sender = senderOf(run, () => setOf({ current: [], retired: [], revoked: [] }));
  const both = await Promise.allSettled([sender.send(['credentials']), sender.send(['credentials'])]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
