import { l10n } from 'vscode';
import type { App } from '../../app/app.ts';
import type { FreezeParts, ServiceParts } from '../../app/parts.ts';
import { nameOfNode } from '../../services/views/serverNode.ts';
import { statusText } from '../../services/views/statusPresentation.ts';
import { askChoice, single } from '../../ui/steps.ts';

/** Stops one upstream MCP server at once: its calls fail and its process ends, while the others carry on. */
export async function freezeServer(app: App, argument: unknown): Promise<void> {
  const name = await whichServer(app, nameOfNode(argument));
  if (name === undefined) return;
  await app.freeze.freezeService(name);
  await app.gateway.record({ action: 'freeze', service: name });
}

async function whichServer(app: FreezeParts & ServiceParts, started: string | undefined): Promise<string | undefined> {
  const running = app.services.servers.filter(({ name }) => !app.freeze.state.services.includes(name));
  if (running.some(({ name }) => name === started)) return started;
  const answer = await askChoice(
    single(l10n.t('Freeze Server')),
    running.length === 0 ? l10n.t('There is no server that could be frozen') : l10n.t('Which server?'),
    running.map(({ name, status }) => ({ label: name, description: statusText(status), value: name })),
  );
  return answer.kind === 'value' ? answer.value : undefined;
}
