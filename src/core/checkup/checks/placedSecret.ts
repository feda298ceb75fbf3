import type { ReadConfig } from '../model/checkupModel.ts';
import type { SecretUse } from '../secrets/secretUses.ts';

/** A secret with its file and its keyed digest, for the checks that look across files. */
export interface PlacedSecret {
  readonly read: ReadConfig;
  readonly use: SecretUse;
  readonly fingerprint: string;
}
