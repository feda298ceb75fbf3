import * as vscode from 'vscode';
import type { ServiceParts } from '../../app/parts.ts';
import { credentialNeeds } from '../model/credentialNeeds.ts';
import { needsText } from './setUpNode.ts';

/**
 * Offers *Set Up* with a toast when a policy comes to need credentials: by a checkout, a pull, an edit, or trust that was
 * given. Nothing toasts on start: the tree and the status bar say it there. Once for each set of services.
 */
export function registerSetUpOffer(app: ServiceParts, started: Promise<void>): vscode.Disposable {
  const offered = new Set<string>();
  let quiet = true;
  const look = (): void => {
    if (!vscode.workspace.isTrusted) return;
    const needs = credentialNeeds(app.services);
    const key = needs.missing.join();
    if (key === '' || offered.has(key)) return;
    // While they are being set up one by one, each smaller set is known already.
    const known = [...offered].some((other) => needs.missing.every((name) => other.split(',').includes(name)));
    offered.add(key);
    if (quiet || known) return;
    const setUp = vscode.l10n.t('Set Up');
    void vscode.window.showInformationMessage(`${needsText(needs)}.`, setUp).then((chosen) => {
      if (chosen === setUp) void vscode.commands.executeCommand('valetKey.setUpCredentials');
    });
  };
  void started.then(() => {
    look();
    quiet = false;
  });
  return vscode.Disposable.from(app.services.onDidChange(look), vscode.workspace.onDidGrantWorkspaceTrust(look));
}
