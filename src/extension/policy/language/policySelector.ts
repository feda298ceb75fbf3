import type { DocumentSelector } from 'vscode';

/** What may be a policy file; whether it is one of this window's, `PolicyLocations.idOf` says. */
export const POLICY_SELECTOR: DocumentSelector = [{ language: 'yaml' }, { pattern: '**/valetkey.yaml' }];
