import { errorText } from '../../../core/errorText.ts';
import type { AuditHead, ControlEvent, GatewayControl, GatewayStatus } from '../../../gateway/control/controlPort.ts';
import { type Disposable, Emitter } from '../../util/emitter.ts';
import type { Backoff } from './backoff.ts';
import { type SettingName, SettingSender, type SettingSources } from './settingSender.ts';

/** One run of the gateway process. */
export interface GatewayRun {
  readonly control: GatewayControl;
  /** Resolves with a short reason when the process has ended. */
  readonly ended: Promise<string>;
  dispose(): void;
}

export type GatewayHealth =
  | { readonly state: 'starting' }
  | { readonly state: 'up' }
  | { readonly state: 'down'; readonly reason: string; readonly retryInMs: number };

export interface SupervisorPorts {
  /** Starts the process and resolves when it listens. */
  start(): Promise<GatewayRun>;
  /** Calls back once after `ms`; disposing cancels it. */
  after(ms: number, callback: () => void): Disposable;
  now(): number;
  log(level: 'info' | 'warn' | 'error', message: string): void;
}

/** There is no gateway at this moment; it is being started. */
export class GatewayDownError extends Error {}

/**
 * Keeps one gateway running for this window: starts it, sends it everything, starts it again when it ended, and sends
 * it each setting that changed.
 */
export class GatewaySupervisor {
  readonly #ports: SupervisorPorts;
  readonly #sources: SettingSources;
  readonly #backoff: Backoff;
  readonly #changed = new Emitter<GatewayHealth>();
  readonly #set = new Emitter<SettingName>();
  readonly onDidChange = this.#changed.event;
  /** Fires when a change is active in the gateway: its status may be another one now. */
  readonly onDidSet = this.#set.event;
  readonly #servers = new Emitter<void>();
  /** Fires when the gateway says that an MCP server's state has changed by itself: its status is another one now. */
  readonly onDidChangeServers = this.#servers.event;
  #health: GatewayHealth = { state: 'starting' };
  #run: GatewayRun | undefined;
  /** Of that run. */
  #sender: SettingSender | undefined;
  #retry: Disposable | undefined;
  #disposed = false;

  constructor(ports: SupervisorPorts, sources: SettingSources, backoff: Backoff) {
    this.#ports = ports;
    this.#sources = sources;
    this.#backoff = backoff;
  }

  get health(): GatewayHealth {
    return this.#health;
  }

  /** Starts the gateway; resolves when it knows everything, or when the first attempt failed. */
  async start(): Promise<void> {
    if (this.#disposed || this.#run) return;
    this.#become({ state: 'starting' });
    let run: GatewayRun;
    try {
      run = await this.#ports.start();
    } catch (error) {
      this.#restartLater(0, errorText(error));
      return;
    }
    if (this.#disposed) {
      run.dispose();
      return;
    }
    const sender = new SettingSender(run.control, this.#sources);
    this.#run = run;
    this.#sender = sender;
    const startedAt = this.#ports.now();
    void run.ended.then((reason) => {
      if (this.#run !== run) return;
      this.#run = undefined;
      run.dispose();
      this.#restartLater(this.#ports.now() - startedAt, reason);
    });
    try {
      await sender.send(['freeze', 'agents', 'window', 'network', 'toolPins', 'credentials', 'policies']);
    } catch (error) {
      // A gateway that does not know everything would answer wrongly: away with it. `ended` starts the next one.
      this.#ports.log('error', `The gateway refused an update: ${errorText(error)}`);
      run.dispose();
      return;
    }
    if (this.#run === run) this.#become({ state: 'up' });
  }

  /** Starts one that is down at once, whenever its next attempt would have been. Resolves as {@link start} does. */
  async restart(): Promise<void> {
    if (this.#health.state !== 'down') return;
    this.#retry?.dispose();
    await this.start();
  }

  /**
   * Sends a setting if it changed; active when it resolves. Without a running gateway there is nothing to do: the next one
   * is sent everything. A gateway that does not take it is ended, so that nothing old stays active.
   */
  async push(name: SettingName): Promise<void> {
    const run = this.#run;
    const sender = this.#sender;
    if (!run || !sender) return;
    try {
      await sender.send([name]);
      this.#set.fire(name);
    } catch (error) {
      this.#ports.log('warn', `The gateway could not be sent its ${name}: ${errorText(error)}`);
      run.dispose();
    }
  }

  /** The gateway says so. */
  noteServersChanged(): void {
    this.#servers.fire();
  }

  /** Records what the user did in the audit trail. A gateway that is down records nothing; the log says so. */
  async record(event: ControlEvent): Promise<void> {
    try {
      if (!this.#run) throw new Error('the gateway is not running');
      await this.#run.control.recordControl(event);
    } catch (error) {
      this.#ports.log('warn', `Not recorded in the audit log: ${event.action} (${errorText(error)})`);
    }
  }

  /** Asks the running gateway for something that the user wants done. Throws when there is none. */
  async ask<T>(question: (control: GatewayControl) => Promise<T>): Promise<T> {
    if (!this.#run) throw new GatewayDownError('The gateway is not running.');
    return question(this.#run.control);
  }

  /** Undefined while no gateway runs. */
  async status(): Promise<GatewayStatus | undefined> {
    try {
      return await this.#run?.control.status();
    } catch {
      return undefined;
    }
  }

  /** Where the audit chain stands on disk. Undefined while no gateway runs; rejects when it cannot be synced. */
  async head(): Promise<AuditHead | undefined> {
    return this.#run?.control.head();
  }

  dispose(): void {
    this.#disposed = true;
    this.#retry?.dispose();
    const run = this.#run;
    this.#run = undefined;
    run?.dispose();
  }

  #restartLater(ranForMs: number, reason: string): void {
    if (this.#disposed) return;
    const retryInMs = this.#backoff.next(ranForMs);
    this.#ports.log('error', `The gateway ended: ${reason}. Starting it again in ${retryInMs} ms.`);
    this.#become({ state: 'down', reason, retryInMs });
    this.#retry = this.#ports.after(retryInMs, () => void this.start());
  }

  #become(health: GatewayHealth): void {
    this.#health = health;
    this.#changed.fire(health);
  }
}
