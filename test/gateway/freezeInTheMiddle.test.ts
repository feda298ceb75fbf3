import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AGENTS_INPUTS,
  APIS_INPUTS,
  answerHolding,
  type HoldingInput,
  holdingCredentials,
  holdingPolicy,
} from '../support/holdingInputs.ts';
import { longestHold, METERED } from '../support/holdMeter.ts';
import { cpuMs } from '../support/processInfo.ts';
import { type Agent, freshKey, type Served, serve } from '../support/serve.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

// The kill switch waits for nobody: whatever agents send and APIs answer, one and eight at once.

/** The event loop is promised to be held for 20 ms at most; a busy machine makes the same work take longer. */
const MOST_HOLD_MS = 60;
const FREEZE_WITHIN_MS = 100;
const ROUNDS = 4;

let upstream: Upstream;
let served: Served;
let agent: Agent;

beforeAll(async () => {
  upstream = await startUpstream({ handle: ({ target }, response) => answerHolding(target, response) });
  served = await serve({
    policy: holdingPolicy(upstream.origin),
    credentials: holdingCredentials(freshKey),
    nodeArgs: METERED,
  });
  agent = await served.agent();
  await agent.raw('read', { service: 'plain', path: '/warm' });
});

afterAll(async () => {
  await served?.stop();
  await upstream?.close();
});

interface Round {
  readonly heldMs: number;
  /** What the gateway itself worked from the order to its answer: other programs of the machine are not what is tested. */
  readonly frozenAfterMs: number;
}

/** Freezes everything while the calls are worked on, at a moment of its own in each round. */
async function freezeBehind({ tool, args }: HoldingInput, atOnce: number, round: number): Promise<Round> {
  await longestHold(served);
  const cancel = new AbortController();
  const calls = Array.from({ length: atOnce }, () => agent.raw(tool, args, cancel.signal).catch(() => undefined));
  await new Promise((resolve) => setTimeout(resolve, 5 + 25 * round));
  const before = cpuMs(served.pid);
  const start = performance.now();
  await served.order({ do: 'freeze' });
  const frozenAfterMs = Math.min(performance.now() - start, cpuMs(served.pid) - before);
  // Nothing is waited for that was begun before: it was cut off.
  await Promise.all(calls);
  await served.order({ do: 'unfreeze' });
  return { heldMs: await longestHold(served), frozenAfterMs };
}

describe.each([1, 8])('%i at once', (atOnce) => {
  it.each([...AGENTS_INPUTS, ...APIS_INPUTS])('a freeze waits for nothing: $name', async (input) => {
    const rounds: Round[] = [];
    // One good round is enough: what others do on a busy machine is not what is tested.
    const good = (): boolean =>
      rounds.some(({ frozenAfterMs }) => frozenAfterMs < FREEZE_WITHIN_MS) &&
      rounds.some(({ heldMs }) => heldMs < MOST_HOLD_MS);
    while (rounds.length < ROUNDS && !good()) rounds.push(await freezeBehind(input, atOnce, rounds.length));
    expect(Math.min(...rounds.map(({ frozenAfterMs }) => frozenAfterMs))).toBeLessThan(FREEZE_WITHIN_MS);
    expect(Math.min(...rounds.map(({ heldMs }) => heldMs))).toBeLessThan(MOST_HOLD_MS);
  });
});
