import { l10n, window } from 'vscode';
import type { App } from '../../app/app.ts';
import type { PolicyParts, ServiceParts } from '../../app/parts.ts';
import { reviewPolicyChanges } from '../../policy/commands/reviewPolicyChanges.ts';
import { credentialNeeds } from '../../services/model/credentialNeeds.ts';
import { rotateCredential } from './rotateCredential.ts';

/**
 * Walks through what the workspace's policy needs: its review first, because a credential without an approved policy is
 * of no use, then one credential after another. Each step asks its own questions; leaving one leaves the walk.
 */
export async function setUpCredentials(app: App): Promise<void> {
  const first = needs(app);
  if (first.missing.length === 0) {
    void window.showInformationMessage(l10n.t('Every credential of this workspace has been entered.'));
    return;
  }
  const { policyId } = first;
  if (policyId !== undefined && (app.policies.get(policyId)?.pending.length ?? 0) > 0) {
    await reviewPolicyChanges(app, app.locations.uriOf(policyId));
    if ((app.policies.get(policyId)?.pending.length ?? 0) > 0) return;
  }
  for (const name of first.missing) {
    await rotateCredential(app, name);
    if (needs(app).missing.includes(name)) return;
  }
}

function needs(app: PolicyParts & ServiceParts): ReturnType<typeof credentialNeeds> {
  return credentialNeeds(app.policies.entries(), app.services);
}
