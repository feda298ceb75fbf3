import { createHash } from 'node:crypto';
import type { Finding } from '../core/checkup/model/checkupModel.ts';
import type { SarifPlaces } from './sarifPlaces.ts';

/**
 * What a finding is accepted by: its rule, file and pointer, and what stands there but for secrets. With another package, host or
 * last four characters of a secret it is another finding.
 */
export function findingId({ code, file, key = '', digest = '' }: Finding, places: SarifPlaces): string {
  const { uri } = places.location(file);
  return createHash('sha256')
    .update(JSON.stringify([code, uri, key, digest]))
    .digest('hex')
    .slice(0, 32);
}
