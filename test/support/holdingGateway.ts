import { answerHolding, type HoldingInput, holdingCredentials, holdingPolicy } from './holdingInputs.ts';
import { longestHold, METERED } from './holdMeter.ts';
import { cpuMs } from './processInfo.ts';
import { type Agent, freshKey, serve } from './serve.ts';
import { sleep } from './until.ts';
import { startUpstream } from './upstream.ts';
import { type WrappedClient, wrappedClient } from './wrapped.ts';

/** So long a call may go on undisturbed before it is cut off: some wait for the user, or ten seconds for a thread. */
const UNDISTURBED_MS = 600;

/** A gateway with a meter and an API, for {@link HoldingInput}s. */
export interface HoldingGateway {
  /** Makes so many calls at once: how long they hold the event loop at the longest, in milliseconds of its work. */
  holdBy(input: HoldingInput, atOnce: number): Promise<number>;
  /**
   * Makes so many calls at once and freezes everything while they are worked on, at a moment of its own in each round. Gives
   * what the gateway itself worked from the order to its answer: other programs of the machine are not what is measured.
   */
  freezeBehind(input: HoldingInput, atOnce: number, round: number): Promise<number>;
  stop(): Promise<void>;
}

export async function startHoldingGateway(): Promise<HoldingGateway> {
  const upstream = await startUpstream({ handle: ({ target }, response) => answerHolding(target, response) });
  const served = await serve({
    policy: holdingPolicy(upstream.origin),
    credentials: holdingCredentials(freshKey),
    nodeArgs: METERED,
    approve: 'ask',
  });
  const newAgent = async (): Promise<Agent> => {
    const agent = await served.agent();
    await agent.raw('read', { service: 'plain', path: '/warm' });
    return agent;
  };
  let agent = await newAgent();
  const clients = new Map<string, WrappedClient>();

  /** Calls a tool of ours, or one of an upstream MCP server, and gives what is not for people's eyes. */
  async function ask({ server, tool, args }: HoldingInput): Promise<object | undefined> {
    if (server === undefined) return agent.raw(tool, args);
    const client = clients.get(server) ?? (await wrappedClient(served.proxy, server));
    clients.set(server, client);
    return (await client.call(tool, args)).structuredContent;
  }

  async function beginAnew(): Promise<void> {
    await Promise.all([agent, ...clients.values()].map((one) => one.close()));
    clients.clear();
    agent = await newAgent();
  }

  /** Calls, and what happens meanwhile; then all is frozen, and nothing is waited for that was begun before: it is cut off. */
  async function duringCalls<T>(
    input: HoldingInput,
    atOnce: number,
    act: (calls: Promise<unknown>, freeze: () => Promise<unknown>) => Promise<T>,
  ): Promise<T> {
    const freeze = (): Promise<unknown> => served.order({ do: 'freeze' });
    for (;;) {
      await longestHold(served);
      const calls = Promise.all(Array.from({ length: atOnce }, () => ask(input).catch(() => undefined)));
      const result = await act(calls, freeze);
      await freeze();
      const turnedAway = (await calls).some(
        (answer) => answer && 'error' in answer && JSON.stringify(answer.error).includes('refused recently'),
      );
      await served.order({ do: 'unfreeze' });
      if (!turnedAway) return result;
      // Whoever had many calls refused is turned away before anything is looked at, but not on a new connection.
      await beginAnew();
    }
  }

  return {
    holdBy: (input, atOnce) =>
      duringCalls(input, atOnce, async (calls) => {
        await Promise.race([calls, sleep(UNDISTURBED_MS)]);
        return longestHold(served);
      }),
    freezeBehind: (input, atOnce, round) =>
      duringCalls(input, atOnce, async (_calls, freeze) => {
        await sleep(5 + 25 * round);
        const before = cpuMs(served.pid);
        const start = performance.now();
        await freeze();
        return Math.min(performance.now() - start, cpuMs(served.pid) - before);
      }),
    async stop() {
      await served.stop();
      await upstream.close();
    },
  };
}
