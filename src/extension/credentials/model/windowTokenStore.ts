import type { Secret } from '../../../core/secret.ts';
import type { Renewal, RenewalLease, SessionRequest, TokenStore } from '../../../gateway/control/controlPort.ts';
import type { Clock } from '../../util/ports.ts';
import { type CredentialId, credentialKey } from './credentialId.ts';
import type { CredentialStore } from './credentialStore.ts';
import { LEASE_MS, type RenewalLocks } from './renewalLocks.ts';

/** How often a window looks whether another one is through: 100 milliseconds. */
const LOOK_EVERY_MS = 100;

/** How long a gateway waits for its turn: as long as one renewal may take, and a little more. */
const WAIT_MS = LEASE_MS + 5000;

export interface WindowTokenStorePorts {
  readonly credentials: Pick<CredentialStore, 'readAfresh' | 'renew'>;
  readonly locks: Pick<RenewalLocks, 'tryTake' | 'release'>;
  /** Whose credential a service of this window has. */
  readonly ids: () => ReadonlyMap<string, CredentialId>;
  readonly session: (wanted: SessionRequest) => Promise<Secret | undefined>;
  /** Another value is stored: the other windows are to read it. */
  readonly announce: () => void;
  readonly now: Clock;
  readonly wait: (ms: number) => Promise<void>;
  readonly log: (message: string) => void;
}

interface Held {
  readonly lock: string;
  readonly credential: CredentialId;
  /** What is stored while the lease lasts. */
  value: Secret;
  /** A store that is under way: the lock outlasts it. */
  storing: Promise<void>;
}

/**
 * What this window's gateway asks when a credential changes by being used: one gateway of all windows renews at a time,
 * with the value that SecretStorage has then, and goes on when the new one was stored and read back.
 */
export class WindowTokenStore implements TokenStore {
  readonly #ports: WindowTokenStorePorts;
  readonly #held = new Map<string, Held>();
  /** Counts the gateways of this window: what an earlier one waits for is not given to it. */
  #gateway = 0;

  constructor(ports: WindowTokenStorePorts) {
    this.#ports = ports;
  }

  async leaseRenewal(service: string): Promise<RenewalLease | undefined> {
    const credential = this.#ports.ids().get(service);
    if (!credential) return undefined;
    const gateway = this.#gateway;
    const until = this.#ports.now() + WAIT_MS;
    let lock = await this.#ports.locks.tryTake(credential);
    while (lock === undefined) {
      if (this.#ports.now() >= until || gateway !== this.#gateway) return undefined;
      await this.#ports.wait(LOOK_EVERY_MS);
      lock = await this.#ports.locks.tryTake(credential);
    }
    try {
      const record = await this.#ports.credentials.readAfresh(credential);
      if (record?.state === 'present' && gateway === this.#gateway) {
        this.#held.set(lock, { lock, credential, value: record.value, storing: Promise.resolve() });
        return { id: lock, value: record.value };
      }
    } catch (error) {
      await this.#ports.locks.release(credential, lock);
      throw error;
    }
    await this.#ports.locks.release(credential, lock);
    return undefined;
  }

  async storeRenewal(lease: string, renewal: Renewal): Promise<void> {
    const held = this.#held.get(lease);
    if (!held) throw new Error('The renewal was already released.');
    const { credential, value } = held;
    const stored = this.#ports.credentials.renew(credential, value, renewal);
    held.storing = stored.catch(() => undefined);
    await stored;
    held.value = renewal.value;
    this.#ports.announce();
  }

  async releaseRenewal(lease: string): Promise<void> {
    const held = this.#held.get(lease);
    if (!held) return;
    this.#held.delete(lease);
    await held.storing;
    await this.#ports.locks.release(held.credential, held.lock);
  }

  session(wanted: SessionRequest): Promise<Secret | undefined> {
    return this.#ports.session(wanted);
  }

  /** This window's gateway ended: what it had under lease is free once everything it sent is stored. */
  async endLeases(): Promise<void> {
    this.#gateway += 1;
    for (const [lease, { credential }] of [...this.#held]) {
      this.#ports.log(`The gateway ended while it was renewing ${credentialKey(credential)}.`);
      await this.releaseRenewal(lease);
    }
  }
}
