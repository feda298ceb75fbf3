import { commands, type Disposable, l10n } from 'vscode';
import type { App } from '../../app.ts';
import { keyPageOf, tellWithKeyPage } from '../../ui/keyPage.ts';
import type { ServiceSummary } from './serviceList.ts';
import { StateNews } from './stateNews.ts';
import { mendText, statusText } from './statusPresentation.ts';

/** Tells of each change for the worse once, with what mends it. */
export function registerStateToasts(
  { services }: Pick<App, 'services'>,
  failed: (error: unknown) => void,
): Pick<Disposable, 'dispose'> {
  const news = new StateNews();
  return services.onDidChange(() => {
    for (const service of news.worsened(services.list)) void tell(service).catch(failed);
  });
}

async function tell({ name, status, why, service }: ServiceSummary): Promise<void> {
  const reason = why === undefined ? '' : ` (${why})`;
  await tellWithKeyPage(l10n.t('“{0}”: {1}{2}.', name, statusText(status), reason), keyPageOf(service), [
    {
      label: mendText(service),
      run: async () => void (await commands.executeCommand('valetKey.rotateCredential', name)),
    },
  ]);
}
