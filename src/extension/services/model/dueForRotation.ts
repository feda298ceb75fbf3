import { rotationAge } from '../../../core/credentials/rotationDue.ts';
import type { ServiceSummary } from './serviceList.ts';

/** The services whose credential is older than their policy wants (`rotateEvery`). */
export function dueForRotation(services: readonly ServiceSummary[], now: number): readonly ServiceSummary[] {
  return services.filter(({ service, credential, status }) => {
    if (credential?.state !== 'present' || status === 'frozen') return false;
    const { dueInDays } = rotationAge(credential, service?.rotateEveryDays, now);
    return dueInDays !== undefined && dueInDays <= 0;
  });
}
