import { l10n } from 'vscode';
import type { ServiceParts } from '../../app/parts.ts';
import { askChoice, single } from '../../ui/steps.ts';
import type { ServiceSummary } from '../model/serviceList.ts';
import { serviceOfNode } from '../views/serviceNode.ts';
import { statusText } from '../views/statusPresentation.ts';

/**
 * The service that a command is about: the tree item that it was started from, else the one that the user picks.
 * Undefined when there is none.
 */
export async function pickService(
  app: ServiceParts,
  argument: unknown,
  title: string,
  suits: (service: ServiceSummary) => boolean,
): Promise<ServiceSummary | undefined> {
  const started = serviceOfNode(argument);
  const candidates = app.services.list.filter(suits);
  const preselected = candidates.find(({ name }) => name === started);
  if (preselected) return preselected;
  const answer = await askChoice(
    single(title),
    candidates.length === 0 ? l10n.t('No matching services') : l10n.t('Which service?'),
    candidates.map((service) => ({
      label: service.name,
      description: statusText(service.status),
      detail: service.service?.baseUrl.text ?? '',
      value: service,
    })),
  );
  return answer.kind === 'value' ? answer.value : undefined;
}
