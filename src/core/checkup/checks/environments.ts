import { type Phrase, phrase } from '../../text/phrase.ts';
import { stateFinding } from '../findings/finding.ts';
import type { Finding } from '../model/checkupModel.ts';
import type { OwnContext } from '../model/context.ts';
import { groupBy } from '../model/groupBy.ts';
import { secretKind } from '../secrets/secretKind.ts';
import type { Environment } from './environmentWords.ts';
import { findingAt, type PlacedSecret } from './placedSecret.ts';

/** A place with the environment that it is told to be. */
interface Told {
  readonly secret: PlacedSecret;
  readonly environment: Environment;
}

/** Check 6: no credential serves two environments. One finding a value, at its production place if it has one. */
export function checkEnvironments(secrets: readonly PlacedSecret[]): Finding[] {
  const placed = secrets.filter(({ evidence }) => evidence.length > 0);
  const shared = groupBy(placed, ({ fingerprint }) => fingerprint).flatMap((group) => {
    const told = contradicting(group);
    const main = told.find(({ environment }) => environment === 'production') ?? told[0];
    if (!main) return [];
    const environments = new Map(told.map(({ secret, environment }) => [secret, environment]));
    const others = told.filter(({ environment }) => environment !== main.environment).map(({ secret }) => secret);
    const textOf = (secret: PlacedSecret | undefined): string | Phrase =>
      (secret && environments.get(secret)) ?? phrase`another environment`;
    return findingAt(
      main.secret,
      6,
      {
        severity: 'error',
        code: 'shared-between-environments',
        message: phrase`The same ${secretKind(main.secret.place.kind)} is used for ${main.environment} and ${textOf(others[0])}, so a mistake in one affects the other. Create one credential for each.`,
      },
      others,
      (other) => phrase`The same value is used for ${textOf(other)} here.`,
    );
  });
  const live = secrets.flatMap((secret) =>
    secret.liveIn === undefined
      ? []
      : findingAt(secret, 6, {
          severity: 'warning',
          code: 'live-key-outside-production',
          message: phrase`A live key is used in what looks like ${secret.liveIn}. Use a test key there.`,
        }),
  );
  return [...shared, ...live];
}

/**
 * The places of one value that are told to be different environments: by words that say so anywhere, or by names that are
 * the same but for the word, as `api-demo` and `api-live` are. Empty when nothing contradicts.
 */
function contradicting(group: readonly PlacedSecret[]): Told[] {
  const strong = group.flatMap((secret): Told[] => {
    const evidence = secret.evidence.find((one) => one.strong);
    return evidence ? [{ secret, environment: evidence.environment }] : [];
  });
  const alike = groupBy(
    group.flatMap((secret) => secret.evidence.map(({ stem, environment }) => ({ stem, secret, environment }))),
    ({ stem }) => stem,
  );
  const told = [strong, ...alike].filter((some) => new Set(some.map(({ environment }) => environment)).size > 1).flat();
  return [...new Map(told.toReversed().map((one) => [one.secret, one])).values()].reverse();
}

/** Own services of different environments that share a credential. */
export function checkOwnEnvironments({ credentials = [] }: OwnContext): Finding[] {
  return groupBy(credentials, ({ fingerprint }) => fingerprint).flatMap((group) => {
    const [first, ...others] = group;
    const other = others.find(({ environment }) => environment !== first?.environment);
    if (!first || !other) return [];
    return stateFinding(first.place, 6, {
      severity: 'error',
      code: 'shared-between-environments',
      message: phrase`${first.service} and ${other.service} share one credential although their environments differ. Create one for each, and rotate both.`,
    });
  });
}
