import { startHoldingGateway } from '../support/holdingGateway.ts';
import { AGENTS_INPUTS, APIS_INPUTS, type HoldingInput } from '../support/holdingInputs.ts';
import { median, type Row } from './measure.ts';

const ROUNDS = 3;

/** How long the event loop is held by each of the inputs that were made to hold it, so many of one at once. */
export async function measureHolds(atOnce: 1 | 8): Promise<Row> {
  const inputs = [...AGENTS_INPUTS, ...APIS_INPUTS];
  const gateway = await startHoldingGateway();
  const held = new Map<HoldingInput, number[]>();
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const input of inputs) {
        held.set(input, [...(held.get(input) ?? []), await gateway.holdBy(input, atOnce)]);
      }
    }
  } finally {
    await gateway.stop();
  }
  const medians = [...held].map(([{ name }, samples]) => ({ name, ms: median(samples) }));
  const [worst = NOTHING, second = NOTHING, third = NOTHING] = medians.toSorted((one, other) => other.ms - one.ms);
  const ordinary = medians.find(({ name }) => name === 'an ordinary call') ?? NOTHING;
  return {
    what: `longest hold of the event loop, ${inputs.length} inputs, ${atOnce === 1 ? 'one' : 'eight'} at once`,
    ours: said(worst),
    compared: [second, third, ordinary].map(said).join('; '),
    ratio: `${(worst.ms / ordinary.ms).toFixed(2)} ×`,
    wanted: '≤ 20 ms',
  };
}

const NOTHING = { name: 'nothing', ms: Number.NaN };

function said({ name, ms }: typeof NOTHING): string {
  return `${ms.toFixed(1)} ms (${name})`;
}
