import { l10n, window } from 'vscode';
import type { App } from '../app.ts';
import { statusText } from '../views/services/statusPresentation.ts';

/** Says in one dialog how things stand. */
export async function showStatus(app: App): Promise<void> {
  const status = await app.gateway.status();
  const { all, services } = app.freeze.state;
  const lines = [
    status
      ? l10n.t('Gateway: running\nAgents connected: {0}\nCalls under way: {1}', status.proxies, status.calls)
      : l10n.t('Gateway: not running. It is started again by itself; the “Valet Key” output channel says why.'),
    all
      ? l10n.t('All access is frozen.')
      : services.length > 0
        ? l10n.t('Frozen: {0}', services.join(', '))
        : l10n.t('Nothing is frozen.'),
    '',
    ...(app.services.list.length === 0
      ? [l10n.t('No services yet.')]
      : app.services.list.map(({ name, status: state }) => `${name}: ${statusText(state)}`)),
    '',
    ...app.policies
      .entries()
      .filter(({ disk }) => disk !== 'missing')
      .map((entry) =>
        entry.disk === 'invalid'
          ? l10n.t('{0}: has errors, the last version without errors is in force', entry.label)
          : entry.pending.length > 0
            ? l10n.t('{0}: changes wait for your review ({1})', entry.label, entry.pending.length)
            : l10n.t('{0}: in force', entry.label),
      ),
  ];
  await window.showInformationMessage(l10n.t('Valet Key'), { modal: true, detail: lines.join('\n').trim() });
}
