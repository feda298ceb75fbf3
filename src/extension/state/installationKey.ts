import { randomBytes } from 'node:crypto';
import type { SecretPort } from '../util/ports.ts';

const PURPOSES = ['requestHash', 'freeze', 'fingerprint', 'approval', 'dismissal'] as const;
type Purpose = (typeof PURPOSES)[number];

/** How long a window that made keys waits for another one that made them at the same moment: a quarter of a second. */
export const SETTLE_MS = 250;

/**
 * Makes the keys that are missing, before anything uses them. Two windows that start at once for the first time both
 * find none and both make them; what the later one stored is what both read afterwards. So whoever made one waits until
 * the other is through. Nothing waits at any later start.
 *
 * @param settle resolves after {@link SETTLE_MS}
 */
export async function prepareInstallationKeys(secrets: SecretPort, settle: () => Promise<void>): Promise<void> {
  const present = await Promise.all(PURPOSES.map((purpose) => secrets.get(nameOf(purpose))));
  if (present.every(isKey)) return;
  await Promise.all(PURPOSES.map((purpose) => installationKey(secrets, purpose)));
  await settle();
}

/**
 * A key of this installation, 64 hex digits. `requestHash` is the gateway's for request hashes, so that those of
 * different runs can be compared; `freeze` signs the freeze state; `fingerprint` tells credentials apart. Made once,
 * kept in SecretStorage. `approval` signs what the user approved; under `dismissal` stand the findings of the checkup that were
 * dismissed.
 */
export async function installationKey(secrets: SecretPort, purpose: Purpose): Promise<string> {
  const name = nameOf(purpose);
  const present = await secrets.get(name);
  if (isKey(present)) return present;
  const made = randomBytes(32).toString('hex');
  await secrets.store(name, made);
  return made;
}

function nameOf(purpose: Purpose): string {
  return `key/${purpose}`;
}

function isKey(text: string | undefined): text is string {
  return text !== undefined && /^[0-9a-f]{64}$/.test(text);
}
