import { answerHolding, type HoldingInput, holdingCredentials, holdingPolicy } from './holdingInputs.ts';
import { longestHold, METERED } from './holdMeter.ts';
import { cpuMs } from './processInfo.ts';
import { freshKey, serve } from './serve.ts';
import { sleep } from './until.ts';
import { startUpstream } from './upstream.ts';

/** What came of freezing everything while the gateway works on an input. */
export interface HoldRound {
  /** How long the event loop was held at the longest, in milliseconds of its work. */
  readonly heldMs: number;
  /** What the gateway itself worked from the order to its answer: other programs of the machine are not what is measured. */
  readonly frozenAfterMs: number;
}

/** A gateway with a meter and an API, for {@link HoldingInput}s. */
export interface HoldingGateway {
  /** Makes so many calls at once and freezes everything while they are worked on, at a moment of its own in each round. */
  freezeBehind(input: HoldingInput, atOnce: number, round: number): Promise<HoldRound>;
  stop(): Promise<void>;
}

export async function startHoldingGateway(): Promise<HoldingGateway> {
  const upstream = await startUpstream({ handle: ({ target }, response) => answerHolding(target, response) });
  const served = await serve({
    policy: holdingPolicy(upstream.origin),
    credentials: holdingCredentials(freshKey),
    nodeArgs: METERED,
  });
  const agent = await served.agent();
  await agent.raw('read', { service: 'plain', path: '/warm' });
  return {
    async freezeBehind({ tool, args }, atOnce, round) {
      await longestHold(served);
      const cancel = new AbortController();
      const calls = Array.from({ length: atOnce }, () => agent.raw(tool, args, cancel.signal).catch(() => undefined));
      await sleep(5 + 25 * round);
      const before = cpuMs(served.pid);
      const start = performance.now();
      await served.order({ do: 'freeze' });
      const frozenAfterMs = Math.min(performance.now() - start, cpuMs(served.pid) - before);
      // Nothing is waited for that was begun before: it was cut off.
      await Promise.all(calls);
      await served.order({ do: 'unfreeze' });
      return { heldMs: await longestHold(served), frozenAfterMs };
    },
    async stop() {
      await served.stop();
      await upstream.close();
    },
  };
}
