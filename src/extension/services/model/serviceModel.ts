import type { GatewayStatus } from '../../../gateway/control/controlPort.ts';
import type { ActivityLog } from '../../audit/model/activity.ts';
import type { CredentialStore } from '../../credentials/model/credentialStore.ts';
import type { FreezeStore } from '../../freeze/model/freezeStore.ts';
import type { GatewaySupervisor } from '../../gateway/model/gatewaySupervisor.ts';
import type { PolicyStore } from '../../policy/model/policyStore.ts';
import type { ToolPinStore } from '../../servers/model/toolPinStore.ts';
import { type Disposable, Emitter, type Event, together } from '../../util/emitter.ts';
import { Pace } from '../../util/pace.ts';
import { type ServerSummary, serverList } from './serverList.ts';
import { type ServiceListInputs, type ServiceSummary, serviceList } from './serviceList.ts';

/** Several changes in a row are one question to the gateway: 50 milliseconds. */
const GATHER_MS = 50;

interface Inputs {
  readonly credentials: CredentialStore;
  readonly freeze: FreezeStore;
  readonly policies: PolicyStore;
  readonly gateway: GatewaySupervisor;
  readonly activity: ActivityLog;
  readonly toolPins: ToolPinStore;
  readonly trust: { readonly granted: () => boolean; readonly onDidGrant: Event<void> };
}

/** The services as the views last saw them. */
export interface ServiceModel {
  readonly list: readonly ServiceSummary[];
  /** Upstream MCP servers. */
  readonly servers: readonly ServerSummary[];
  readonly onDidChange: Event<void>;
}

/** Keeps the list of services current: at once for what this window knows, shortly after for what the gateway says. */
export class LiveServiceModel implements ServiceModel {
  readonly #inputs: Inputs;
  readonly #changed = new Emitter<void>();
  readonly #subscriptions: Disposable;
  readonly onDidChange = this.#changed.event;
  #status: GatewayStatus | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(inputs: Inputs) {
    this.#inputs = inputs;
    const update = (): void => {
      this.#changed.fire();
      this.#timer ??= setTimeout(() => void this.#ask(), GATHER_MS);
    };
    const paced = new Pace(update);
    this.#subscriptions = together(
      paced,
      inputs.credentials.onDidChange(update),
      inputs.freeze.onDidChange(update),
      inputs.policies.onDidChange(update),
      inputs.gateway.onDidChange(update),
      inputs.gateway.onDidSet(update),
      inputs.toolPins.onDidChange(update),
      inputs.trust.onDidGrant(update),
      // An agent has a server that fails started as often as it likes.
      inputs.gateway.onDidChangeServers(paced.soon),
      // A call can show that a credential was rejected; an agent makes as many as it likes.
      inputs.activity.onDidChange(paced.soon),
    );
  }

  get list(): readonly ServiceSummary[] {
    return serviceList(this.#now);
  }

  get servers(): readonly ServerSummary[] {
    return serverList(this.#now);
  }

  get #now(): ServiceListInputs {
    return {
      entries: this.#inputs.policies.entries(),
      records: this.#inputs.credentials.all(),
      freeze: this.#inputs.freeze.state,
      trusted: this.#inputs.trust.granted(),
      health: this.#inputs.gateway.health.state,
      gateway: this.#status,
    };
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscriptions.dispose();
  }

  async #ask(): Promise<void> {
    this.#timer = undefined;
    this.#status = await this.#inputs.gateway.status();
    this.#changed.fire();
  }
}
