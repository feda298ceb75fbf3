import { commands, type Disposable, l10n } from 'vscode';
import type { App } from '../../app/app.ts';
import type { ServiceParts } from '../../app/parts.ts';
import { credentialKey } from '../../credentials/model/credentialId.ts';
import { localized } from '../../util/localized.ts';
import { keyPageOf, notifyWithKeyPage } from '../model/keyPage.ts';
import { commandFailed, type ServiceSummary } from '../model/serviceList.ts';
import { StateNews } from '../model/stateNews.ts';
import { fixText, statusAction, statusText } from './statusPresentation.ts';

/** Tells of each change for the worse once, in one window of all, with what fixes it. */
export function registerStateToasts(
  { services, announcements }: ServiceParts,
  failed: (error: unknown) => void,
): Pick<Disposable, 'dispose'> {
  const news = new StateNews();
  return services.onDidChange(() => {
    for (const service of news.worsened(services.list)) void notifyOnce(announcements, service).catch(failed);
  });
}

/** Every window hears of it at about the same time: one of them says it. */
const NOTIFIED_FOR_MS = 10_000;

async function notifyOnce(announcements: App['announcements'], service: ServiceSummary): Promise<void> {
  const what = `${service.status} ${credentialKey(service.credentialId)}`;
  if (await announcements.claim(what, NOTIFIED_FOR_MS)) await notify(service);
}

async function notify(summary: ServiceSummary): Promise<void> {
  const { name, status, why, service } = summary;
  const reason = why === undefined ? '' : ` (${localized(why)})`;
  const fix = fixCommand(summary);
  await notifyWithKeyPage(
    l10n.t('“{0}”: {1}{2}.', name, statusText(status), reason),
    keyPageOf(service),
    fix ? [{ label: fix.label, run: async () => void (await commands.executeCommand(fix.command, name)) }] : [],
  );
}

/** Undefined where nothing here fixes it: the reason says what does. */
function fixCommand(summary: ServiceSummary): { label: string; command: string } | undefined {
  const { name, status, remedy, service } = summary;
  if (commandFailed(summary)) {
    return { label: l10n.t('Check the Command…'), command: 'valetKey.takeFromCommand' };
  }
  const command = statusAction(status, name, remedy)?.command;
  if (command === undefined) return undefined;
  return { label: remedy === 'policy' ? l10n.t('Open Policy File…') : fixText(service, status), command };
}
