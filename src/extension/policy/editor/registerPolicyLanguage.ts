import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import { registerCompletion } from './completion.ts';
import { registerHover } from './hover.ts';
import { registerLenses } from './lenses.ts';
import { registerPolicyDiagnostics } from './policyDiagnostics.ts';
import { registerPolicyFixes } from './policyFixes.ts';
import { type LookParts, PolicyLooks } from './policyLooks.ts';
import { registerSymbols } from './symbols.ts';

/** Makes a language of the policy files: what an editor knows about code, it knows about rules. */
export function registerPolicyLanguage(app: App, parts: LookParts): vscode.Disposable {
  const looks = new PolicyLooks(app, parts);
  return vscode.Disposable.from(
    registerPolicyDiagnostics(looks),
    registerPolicyFixes(looks, parts.language),
    registerLenses(app, looks, parts),
    registerCompletion(app, parts),
    registerHover(app, parts),
    registerSymbols(app, parts.language),
    looks.register(),
  );
}
