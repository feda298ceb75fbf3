import { afterAll, expect, test } from 'vitest';
import { narrowApproved } from '../../src/core/policy/compare/approval.ts';
import { policyChanges } from '../../src/core/policy/compare/changes.ts';
import { MAX_POLICY_BYTES } from '../../src/core/policy/text/textGuard.ts';
import { BoundedPolicyParser } from '../../src/policyWorker/policyParser.ts';
import { GATEWAY } from '../support/forkedGateway.ts';

// The worker in the built bundle, as VS Code's extension host and the gateway use it.

const parser = new BoundedPolicyParser(GATEWAY);
afterAll(() => parser.dispose());

/** A policy text as large as one may be, or nearly. */
function largePolicy(rulesEach: number): string {
  const service = (n: number): string =>
    `  service${n}:\n    baseUrl: https://api${n}.example.com\n    auth: { type: bearer }\n    policies:\n${Array.from({ length: rulesEach }, (_, rule) => `      - { path: /v1/things${rule}/*/parts, methods: [GET, POST] }\n`).join('')}`;
  return `services:\n${Array.from({ length: 180 }, (_, n) => service(n)).join('')}`;
}

test('it narrows and compares as the functions themselves do', async () => {
  const [approved, written] = ['[GET, POST]', '[GET, DELETE]'].map(
    (methods) =>
      `services:\n  api:\n    baseUrl: https://api.example.com\n    auth: { type: bearer }\n    policies: [{ path: /a, methods: ${methods} }]\n`,
  ) as [string, string];
  expect(await parser.narrow(approved, written)).toBe(narrowApproved(approved, written));
  expect(await parser.changes(approved, written)).toEqual(policyChanges(approved, written));
  expect(await parser.changes(undefined, written)).toEqual(policyChanges(undefined, written));
});

// In the thread's processor time, because what else a busy machine does in between is not ours: the whole of it bounds
// every single hold.
test.each(['narrow', 'changes'] as const)('%s of the largest files takes under 16 ms of this thread', async (job) => {
  const [approved, written] = [largePolicy(21), largePolicy(20)];
  expect(approved.length).toBeGreaterThan(0.9 * MAX_POLICY_BYTES);
  expect(approved.length).toBeLessThanOrEqual(MAX_POLICY_BYTES);
  await parser.parse('services: {}\n');
  const before = process.threadCpuUsage();
  const result = await {
    narrow: () => parser.narrow(approved, written),
    changes: () => parser.changes(written, approved),
  }[job]();
  const { user, system } = process.threadCpuUsage(before);
  console.info(`${job}: ${((user + system) / 1000).toFixed(1)} ms`);
  expect(result).not.toBe(approved);
  expect((user + system) / 1000).toBeLessThan(16);
});

test('it gives up no text because the process stood still', async () => {
  const text = largePolicy(20);
  await parser.parse('services: {}\n');
  const read = parser.parse(text);
  await new Promise((resolve) => setImmediate(resolve));
  // As SIGSTOP, or a machine that is too busy: the deadline has passed when this thread gets its next turn.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
  expect((await read).policy?.services.size).toBe(180);
});
