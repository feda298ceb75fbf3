import { l10n, window } from 'vscode';
import type { FreezeParts, GatewayPart, ServiceParts } from '../../app/parts.ts';
import { nameOfNode } from '../../services/views/serverNode.ts';
import { confirmInModal } from '../../ui/confirm.ts';
import { askChoice, single } from '../../ui/steps.ts';

/** Lifts a freeze. This widens, so it is decided in a modal. */
export async function unfreeze(app: FreezeParts & GatewayPart & ServiceParts, argument: unknown): Promise<void> {
  const { all, services } = app.freeze.state;
  if (!all && services.length === 0) {
    void window.showInformationMessage(l10n.t('Nothing is frozen.'));
    return;
  }
  const target = await whatToLift(all, services, nameOfNode(argument));
  if (target === undefined) return;
  const service = target.service;
  const agreed = await confirmInModal({
    warning: true,
    message: service ? l10n.t('Unfreeze “{0}”?', service) : l10n.t('Unfreeze all access?'),
    detail: app.services.servers.some(({ name }) => name === service)
      ? l10n.t('Agents can call its tools again, within its policy. The server starts again when needed.')
      : service
        ? l10n.t('Agents can use this service again, within its policy.')
        : l10n.t('Agents can use every service again, within your policies. This applies to every window.'),
    action: l10n.t('Unfreeze'),
  });
  if (!agreed) return;
  await app.freeze.unfreeze(service);
  await app.gateway.record({ action: 'unfreeze', ...(service ? { service } : {}) });
}

/** While everything is frozen only the whole freeze can be lifted: a single service would stay frozen anyway. */
async function whatToLift(
  all: boolean,
  services: readonly string[],
  started: string | undefined,
): Promise<{ readonly service?: string } | undefined> {
  if (all) return {};
  if (started !== undefined && services.includes(started)) return { service: started };
  const [only] = services;
  if (services.length === 1 && only !== undefined) return { service: only };
  const answer = await askChoice<{ readonly service?: string }>(
    single(l10n.t('Unfreeze')),
    l10n.t('What do you want to unfreeze?'),
    [
      ...services.map((name) => ({ label: name, value: { service: name } })),
      { label: l10n.t('All frozen services'), value: {} },
    ],
  );
  return answer.kind === 'value' ? answer.value : undefined;
}
