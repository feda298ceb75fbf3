import { l10n, window } from 'vscode';
import type { App } from '../../app/app.ts';
import type { ServiceParts } from '../../app/parts.ts';
import { reviewPolicyChanges } from '../../policy/commands/reviewPolicyChanges.ts';
import { credentialNeeds } from '../../services/model/credentialNeeds.ts';
import { enterCredential } from './rotateCredential.ts';

/**
 * Walks through what the policies need: their review first, because a credential without an approved policy is of no use,
 * then one credential after another. Each step asks its own questions; leaving one leaves the walk.
 */
export async function setUpCredentials(app: App): Promise<void> {
  const first = needs(app);
  if (first.missing.length === 0) {
    void window.showInformationMessage(l10n.t('Every credential that your policies name has been entered.'));
    return;
  }
  const waits = (policyId: string): boolean => (app.policies.get(policyId)?.pending.length ?? 0) > 0;
  for (const policyId of first.policyIds.filter(waits)) {
    await reviewPolicyChanges(app, app.locations.uriOf(policyId));
    if (waits(policyId)) return;
  }
  for (const name of first.missing) {
    await enterCredential(app, name);
    if (needs(app).missing.includes(name)) return;
  }
}

function needs(app: ServiceParts): ReturnType<typeof credentialNeeds> {
  return credentialNeeds(app.services);
}
