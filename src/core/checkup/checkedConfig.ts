import type { PlacedSecret } from './checks/placedSecret.ts';
import type { CoveredFile } from './model/checkupCoverage.ts';
import type { Finding } from './model/checkupModel.ts';

/** What one file gives: its own findings, and what the checks across files need of it. */
export interface CheckedConfig {
  readonly findings: readonly Finding[];
  readonly secrets: readonly PlacedSecret[];
  readonly covered: CoveredFile;
}
