import type { SecretPort } from '../../util/ports.ts';

/** SecretStorage did not keep what it was given, or kept what it was told to remove. */
export class CredentialNotSavedError extends Error {}

/** Stores a text and reads it back: SecretStorage can lose entries without a word. */
export async function storeChecked(secrets: SecretPort, key: string, text: string): Promise<void> {
  await secrets.store(key, text);
  if ((await secrets.get(key)) !== text) {
    throw new CredentialNotSavedError('The secret storage did not save the value.');
  }
}

/** Removes an entry and makes sure that it is gone. */
export async function deleteChecked(secrets: SecretPort, key: string): Promise<void> {
  await secrets.delete(key);
  if ((await secrets.get(key)) !== undefined) {
    throw new CredentialNotSavedError('The secret storage did not remove a value.');
  }
}
