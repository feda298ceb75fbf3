import { phrase } from '../../text/phrase.ts';
import { stateFinding } from '../findings/finding.ts';
import type { Finding } from '../model/checkupModel.ts';
import type { OwnContext } from '../model/context.ts';
import { groupBy } from '../model/groupBy.ts';
import { secretKind } from '../secrets/secretKind.ts';
import { findingAt, type PlacedSecret } from './placedSecret.ts';

const DAY = 24 * 60 * 60 * 1000;
/** After this many days a credential is due, unless its provider says otherwise. */
const MAX_AGE_DAYS = 90;

/** Check 4: one secret in several places cannot be rotated in one go. One finding a secret, at its first place. */
export function checkKeySprawl(secrets: readonly PlacedSecret[]): Finding[] {
  return groups(secrets.filter(({ accepted }) => accepted === undefined)).map(([first, ...others]) =>
    findingAt(
      first,
      4,
      {
        severity: 'warning',
        code: 'key-sprawl',
        message: phrase`The same ${secretKind(first.place.kind)} is in ${others.length + 1} places, and a rotation has to find them all. Keep it in one place.`,
      },
      others,
      () => phrase`The same value is here.`,
    ),
  );
}

function groups(secrets: readonly PlacedSecret[]): (readonly [PlacedSecret, ...PlacedSecret[]])[] {
  return groupBy(secrets, ({ fingerprint }) => fingerprint).flatMap(([first, ...others]) =>
    first && others.length > 0 ? [[first, ...others] as const] : [],
  );
}

/** Credentials of Valet Key's own that are due. */
export function checkAges({ now, credentials = [] }: OwnContext): Finding[] {
  return credentials
    .filter(({ rotatedAt }) => now - rotatedAt > MAX_AGE_DAYS * DAY)
    .map(({ service, place, rotatedAt }) =>
      stateFinding(place, 4, {
        severity: 'warning',
        code: 'old-credential',
        message: phrase`The credential of ${service} is ${Math.floor((now - rotatedAt) / DAY)} days old. Rotate it with one command; agents keep working.`,
      }),
    );
}
