/** Set to `whole`, as `npm test` does, every property is tried as often as its test says. */
const RUNS = 'VALETKEY_PROPERTY_RUNS';

/** Fewer tries would leave a property's simplest inputs out. */
const MIN_RUNS = 10;

/**
 * How often a property is tried: `whole` times in `npm test`; in `npm run check`, which is run many times an hour and begins with
 * another seed each time, a tenth of that.
 *
 * @param least tries that the property needs to mean anything, for one that also counts what it has seen
 */
export function runs(whole: number, least = MIN_RUNS): number {
  if (runsWhole()) return whole;
  return Math.min(whole, Math.max(least, Math.round(whole / 10)));
}

/** Whether every property is tried as often as its test says. */
export function runsWhole(): boolean {
  return process.env[RUNS] === 'whole';
}
