import { l10n } from 'vscode';
import type { App } from '../../app/app.ts';
import { pickService } from '../../services/commands/pickService.ts';

/** Stops one service at once. */
export async function freezeService(app: App, argument: unknown): Promise<void> {
  const service = await pickService(
    app,
    argument,
    l10n.t('Freeze Service'),
    ({ name }) => !app.freeze.state.services.includes(name),
  );
  if (!service) return;
  await app.freeze.freezeService(service.name);
  await app.gateway.record({ action: 'freeze', service: service.name });
}
