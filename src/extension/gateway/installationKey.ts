import { randomBytes } from 'node:crypto';
import type { SecretPort } from '../ports.ts';

const KEY = 'requestHashKey';

/** The installation's key for `requestHash`, hex; made once, so that hashes of different runs can be compared. */
export async function installationKey(secrets: SecretPort): Promise<string> {
  const present = await secrets.get(KEY);
  if (present !== undefined && /^[0-9a-f]{64}$/.test(present)) return present;
  const made = randomBytes(32).toString('hex');
  await secrets.store(KEY, made);
  return made;
}
