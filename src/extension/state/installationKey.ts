import { randomBytes } from 'node:crypto';
import type { SecretPort } from '../ports.ts';

/**
 * A key of this installation, 64 hex digits. `requestHash` is the gateway's for request hashes, so that those of
 * different runs can be compared; `freeze` signs the freeze state; `fingerprint` tells credentials apart. Made once,
 * kept in SecretStorage. `approval` signs what a person approved.
 */
export async function installationKey(
  secrets: SecretPort,
  purpose: 'requestHash' | 'freeze' | 'fingerprint' | 'approval',
): Promise<string> {
  const name = `key/${purpose}`;
  const present = await secrets.get(name);
  if (present !== undefined && /^[0-9a-f]{64}$/.test(present)) return present;
  const made = randomBytes(32).toString('hex');
  await secrets.store(name, made);
  return made;
}
