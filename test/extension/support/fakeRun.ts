import { Secret } from '../../../src/core/secret.ts';
import type { GatewayRun } from '../../../src/extension/gateway/model/gatewaySupervisor.ts';
import type { CredentialSet, GatewayControl } from '../../../src/gateway/control/controlPort.ts';

/** A run of the gateway that writes down which settings it was sent. */
export class FakeRun implements GatewayRun {
  readonly told: string[] = [];
  /** Each set of credentials that it was sent. */
  readonly credentials: CredentialSet[] = [];
  /** What each setting waits for before it is active. */
  delay: () => Promise<void> = async () => undefined;
  refusing: string | undefined;
  disposed = false;
  end: (reason: string) => void = () => undefined;
  readonly ended = new Promise<string>((resolve) => {
    this.end = resolve;
  });
  readonly control: GatewayControl = {
    set: async (settings) => {
      await this.#set(Object.keys(settings));
      if (settings.credentials) this.credentials.push(settings.credentials);
    },
    disconnectAgents: async () => undefined,
    recordControl: ({ action }) => this.#set([`record ${action}`]),
    verify: async () => ({ outcome: 'ready' }),
    redeem: async () => ({ renewal: { value: new Secret('redeemed') } }),
    tryCommand: async () => ({ value: new Secret('given by a command') }),
    explain: async () => ({}),
    perform: async () => ({ answer: { status: 200, headers: {}, durationMs: 1 } }),
    status: async () => ({ gatewayId: 'g', runtimeDir: '/run', services: [], servers: [], proxies: 0, calls: 0 }),
    head: async () => ({ gatewayId: 'g', seq: 0, hash: '' }),
    answerApproval: async () => true,
    settleAccessRequest: async () => undefined,
  };

  dispose(): void {
    this.disposed = true;
    this.end('disposed');
  }

  async #set(names: readonly string[]): Promise<void> {
    if (this.refusing !== undefined && names.includes(this.refusing)) throw new Error(`no ${this.refusing}`);
    await this.delay();
    this.told.push(...names);
  }
}
