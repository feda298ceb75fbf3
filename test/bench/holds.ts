import { startHoldingGateway } from '../support/holdingGateway.ts';
import { AGENTS_INPUTS, APIS_INPUTS, type HoldingInput } from '../support/holdingInputs.ts';
import { median, type Row } from './measure.ts';

const ROUNDS = 5;

/** How long the event loop is held by each of the inputs that were made to hold it, alone and eight at once. */
export async function measureHolds(): Promise<Row[]> {
  const inputs = [...AGENTS_INPUTS, ...APIS_INPUTS];
  const gateway = await startHoldingGateway();
  const held = new Map<HoldingInput, number[]>();
  const measure = async (atOnce: number): Promise<Row> => {
    held.clear();
    for (let round = 0; round < ROUNDS; round++) {
      for (const input of inputs) {
        const { heldMs } = await gateway.freezeBehind(input, atOnce, round);
        held.set(input, [...(held.get(input) ?? []), heldMs]);
      }
    }
    const medians = [...held].map(([{ name }, samples]) => ({ name, ms: median(samples) }));
    const sorted = medians.toSorted((one, other) => other.ms - one.ms);
    const [worst = { name: '', ms: Number.NaN }, second = worst, third = second] = sorted;
    const ordinary = medians.find(({ name }) => name === 'an ordinary call')?.ms ?? Number.NaN;
    return {
      what: `longest hold of the event loop, ${inputs.length} inputs, ${atOnce === 1 ? 'one' : atOnce} at once`,
      ours: `${ms(worst.ms)}: ${worst.name}`,
      compared: `${ms(second.ms)}: ${second.name}; ${ms(third.ms)}: ${third.name}; an ordinary call ${ms(ordinary)}`,
      ratio: `${(worst.ms / ordinary).toFixed(2)} ×`,
      wanted: '≤ 20 ms',
    };
  };
  try {
    return [await measure(1), await measure(8)];
  } finally {
    await gateway.stop();
  }
}

const ms = (value: number): string => `${value.toFixed(1)} ms`;
