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
    message: service ? l10n.t('Unfreeze “{0}”?', service) : l10n.t('Lift the freeze?'),
    detail: app.services.servers.some(({ name }) => name === service)
      ? l10n.t('Agents may call its tools again, as far as its policy allows. It starts again when it is needed.')
      : service
        ? l10n.t('Agents may use this service again, as far as its policy allows.')
        : l10n.t('Agents may use every service again, as far as the policies allow. This concerns every window.'),
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
    l10n.t('What should be usable again?'),
    [
      ...services.map((name) => ({ label: name, value: { service: name } })),
      { label: l10n.t('All frozen services'), value: {} },
    ],
  );
  return answer.kind === 'value' ? answer.value : undefined;
}
