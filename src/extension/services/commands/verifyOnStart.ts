import type { Verification } from '../../../gateway/control/controlPort.ts';
import { credentialKey } from '../../credentials/model/credentialId.ts';
import type { ServiceSummary } from '../model/serviceList.ts';

/** Not more often than that, over all windows and reloads: an hour. */
const VERIFIED_EVERY_MS = 60 * 60_000;

export interface VerifyOnStartPorts {
  readonly services: () => readonly ServiceSummary[];
  /** True for one window of all; see state/announcements.ts. */
  readonly claim: (what: string, forMs: number) => Promise<boolean>;
  readonly verify: (service: ServiceSummary) => Promise<Verification>;
  /** Keeps what came out of it. */
  readonly note: (service: ServiceSummary, verification: Verification) => Promise<void>;
}

/**
 * Finds out in the background which stored credentials their APIs still take: those alone whose policy names a request for
 * that (`verify:`), one after another. What comes from a command is left alone, which would ask the user to unlock
 * something. Nobody waits for it; a change for the worse is told as any other is.
 */
export async function verifyOnStart({ services, claim, verify, note }: VerifyOnStartPorts): Promise<void> {
  const names = services().map(({ name }) => name);
  for (const name of names) {
    // Each look is a new one: the user may have frozen, revoked or rotated since.
    const service = services().find((candidate) => candidate.name === name);
    if (!service || !isVerifiable(service)) continue;
    if (!(await claim(`verify ${credentialKey(service.credentialId)}`, VERIFIED_EVERY_MS))) continue;
    await note(service, await verify(service));
  }
}

function isVerifiable({ service, status, credential }: ServiceSummary): boolean {
  const inUse = status === 'ready' || status === 'unverified' || status === 'expiring' || status === 'rejected';
  return inUse && service?.verify !== undefined && credential?.state === 'present';
}
