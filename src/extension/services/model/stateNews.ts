import type { ServiceSummary, ShownStatus } from './serviceList.ts';

/** How bad a state of the credential is that nobody in this window brought about. */
const GRAVITY: Partial<Readonly<Record<ShownStatus, number>>> = {
  ready: 0,
  unverified: 0,
  expiring: 1,
  not_confirmed: 2,
  missing_credential: 2,
  expired: 2,
  rejected: 2,
};

/**
 * Tells which services got worse since it was last asked: each change once. What passes by itself (a gateway that starts,
 * a freeze) or was the user's own doing (a revocation) is no news; what a window finds when it opens is none either.
 */
export class StateNews {
  readonly #last = new Map<string, ShownStatus>();

  worsened(services: readonly ServiceSummary[]): readonly ServiceSummary[] {
    return services.filter(({ name, status }) => {
      const now = GRAVITY[status];
      if (now === undefined) {
        // Entering a credential for the first time ends this, and is no news.
        if (status === 'revoked' || status === 'not_approved') this.#last.delete(name);
        return false;
      }
      const last = this.#last.get(name);
      this.#last.set(name, status);
      return last !== undefined && last !== status && now > 0 && now >= (GRAVITY[last] ?? 0);
    });
  }
}
