import { commands, type Disposable, l10n } from 'vscode';
import type { App } from '../../app.ts';
import { credentialKey } from '../../credentials/credentialId.ts';
import { keyPageOf, tellWithKeyPage } from '../../ui/keyPage.ts';
import type { ServiceSummary } from './serviceList.ts';
import { StateNews } from './stateNews.ts';
import { mendText, statusText } from './statusPresentation.ts';

/** Tells of each change for the worse once, in one window of all, with what mends it. */
export function registerStateToasts(
  { services, announcements }: Pick<App, 'services' | 'announcements'>,
  failed: (error: unknown) => void,
): Pick<Disposable, 'dispose'> {
  const news = new StateNews();
  return services.onDidChange(() => {
    for (const service of news.worsened(services.list)) void tellOnce(announcements, service).catch(failed);
  });
}

/** Every window hears of it at about the same time: one of them says it. */
const TOLD_FOR_MS = 10_000;

async function tellOnce(announcements: App['announcements'], service: ServiceSummary): Promise<void> {
  const what = `${service.status} ${credentialKey(service.credentialId)}`;
  if (await announcements.claim(what, TOLD_FOR_MS)) await tell(service);
}

async function tell(summary: ServiceSummary): Promise<void> {
  const { name, status, why, service } = summary;
  const reason = why === undefined ? '' : ` (${why})`;
  await tellWithKeyPage(
    l10n.t('“{0}”: {1}{2}.', name, statusText(status), reason),
    keyPageOf(service),
    mendingCommands(summary).map(({ label, command }) => ({
      label,
      run: async () => void (await commands.executeCommand(command, name)),
    })),
  );
}

/** None where nothing here mends it: the reason says what does. */
function mendingCommands({ status, mend, service, credential }: ServiceSummary): { label: string; command: string }[] {
  if (credential?.state === 'command' && status === 'missing_credential') {
    return [{ label: l10n.t('Look at the Command…'), command: 'valetKey.takeFromCommand' }];
  }
  if (mend === 'clock') return [];
  if (mend === 'policy') return [{ label: l10n.t('Open Policy File…'), command: 'valetKey.openPolicyFile' }];
  return [{ label: mendText(service), command: 'valetKey.rotateCredential' }];
}
