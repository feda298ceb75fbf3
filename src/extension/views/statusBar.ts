import * as vscode from 'vscode';
import type { App } from '../app.ts';

/** The one status bar item: a shield and the number of services; red when frozen. */
export function registerStatusBar(app: App): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('valetKey.status', vscode.StatusBarAlignment.Right, 90);
  item.name = vscode.l10n.t('Valet Key');
  item.command = 'valetKey.showMenu';
  const update = (): void => show(item, app);
  update();
  item.show();
  return vscode.Disposable.from(item, app.services.onDidChange(update));
}

function show(item: vscode.StatusBarItem, app: App): void {
  const count = app.services.list.length;
  const services = count === 1 ? vscode.l10n.t('1 service') : vscode.l10n.t('{0} services', count);
  const { all, services: frozen } = app.freeze.state;
  const { state } = app.gateway.health;
  const pending = app.policies.entries().some((entry) => entry.pending.length > 0);
  const invalid = app.policies.entries().some(({ disk }) => disk === 'invalid');
  const [icon, words] = all
    ? ['lock', vscode.l10n.t('all access is frozen')]
    : state === 'down'
      ? ['error', vscode.l10n.t('the gateway is not running')]
      : invalid
        ? ['warning', vscode.l10n.t('a policy file has errors')]
        : pending
          ? ['git-pull-request', vscode.l10n.t('policy changes wait for your review')]
          : frozen.length > 0
            ? ['lock', vscode.l10n.t('{0} frozen', frozen.length)]
            : ['', ''];
  item.text = all
    ? `$(lock) ${vscode.l10n.t('Frozen')}`
    : ['$(shield)', String(count), icon === '' ? '' : `$(${icon})`].filter(Boolean).join(' ');
  const sentence = [vscode.l10n.t('Valet Key'), services, words].filter(Boolean).join(', ');
  item.tooltip = sentence;
  item.accessibilityInformation = { label: sentence, role: 'button' };
  item.backgroundColor = all
    ? new vscode.ThemeColor('statusBarItem.errorBackground')
    : state === 'down'
      ? new vscode.ThemeColor('statusBarItem.warningBackground')
      : undefined;
}
