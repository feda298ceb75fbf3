import { type Disposable, type FileDecoration, l10n, ThemeColor, Uri, window } from 'vscode';

const SCHEME = 'valetkey-production';

/** Names the row of a service in production, which {@link registerProductionMark} marks. */
export function productionUri(service: string): Uri {
  return Uri.from({ scheme: SCHEME, path: `/${service}` });
}

/** A letter behind the name and its colour: what is done there is real. The row also says so in words. */
export function registerProductionMark(): Disposable {
  const mark: FileDecoration = {
    badge: 'P',
    color: new ThemeColor('list.errorForeground'),
    tooltip: l10n.t('production environment'),
  };
  return window.registerFileDecorationProvider({
    provideFileDecoration: (uri) => (uri.scheme === SCHEME ? mark : undefined),
  });
}
