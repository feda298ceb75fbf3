import { commands, type Disposable, l10n, window } from 'vscode';
import type { ServiceParts } from '../../app/parts.ts';
import { credentialKey } from '../../credentials/model/credentialId.ts';
import { dueForRotation } from '../model/dueForRotation.ts';
import type { ServiceSummary } from '../model/serviceList.ts';

const DAY_MS = 24 * 60 * 60_000;
/** Whoever closes the notification hears of it again tomorrow; who says *Not Now*, in a week. */
const AGAIN_MS = DAY_MS;
const NOT_NOW_MS = 7 * DAY_MS;
/** A window that just opened says nothing, and one that stays open for weeks looks again. */
const FIRST_LOOK_MS = 2 * 60_000;
const LOOK_EVERY_MS = 60 * 60_000;

/** Reminds of each credential that is due, in one window of all. */
export function registerRotationReminders(app: ServiceParts, failed: (error: unknown) => void): Disposable {
  const look = (): void => {
    for (const service of dueForRotation(app.services.list, Date.now())) void remind(app, service).catch(failed);
  };
  const first = setTimeout(look, FIRST_LOOK_MS);
  const later = setInterval(look, LOOK_EVERY_MS);
  return {
    dispose: () => {
      clearTimeout(first);
      clearInterval(later);
    },
  };
}

async function remind({ announcements }: ServiceParts, { name, service, credentialId }: ServiceSummary): Promise<void> {
  const what = `rotate ${credentialKey(credentialId)}`;
  if (!(await announcements.claim(what, AGAIN_MS))) return;
  const [rotate, notNow] = [l10n.t('Rotate…'), l10n.t('Not Now')];
  const chosen = await window.showInformationMessage(
    l10n.t(
      'The credential of “{0}” is due for rotation: its policy requires a new one every {1} days.',
      name,
      service?.rotateEveryDays ?? 0,
    ),
    rotate,
    notNow,
  );
  if (chosen === rotate) await commands.executeCommand('valetKey.rotateCredential', name);
  if (chosen === notNow) await announcements.postpone(what, NOT_NOW_MS);
}
