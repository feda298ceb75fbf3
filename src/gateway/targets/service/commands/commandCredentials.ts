import { masked } from '../../../../core/checkup/secrets/findSecrets.ts';
import type { Auth } from '../../../../core/policy/auth/authTypes.ts';
import { credentialProblem, fitsHeader } from '../../../../core/redact/strength.ts';
import type { Secret } from '../../../../core/secret.ts';
import { inEnglish, type Phrase, phrase } from '../../../../core/text/phrase.ts';
import { endingBy, type Interruptible, type Interruption } from '../../../call/interruptions.ts';
import { refusals } from '../../../call/model/refusals.ts';
import type { CommandCredential, CommandOutcome, CredentialCommand } from '../../../control/controlPort.ts';
import { payloadProblem } from '../../../credentials/payload.ts';
import type { ServiceInForce } from '../../../policies/policySet.ts';
import type { GatewayState } from '../../../state/gatewayState.ts';
import { unlessAborted } from '../../../util/unlessAborted.ts';
import type { RunCommand } from './runCommand.ts';

/** A command that failed is not run again at once: an agent that repeats itself must not open one prompt after another. */
const TRIED_EVERY_MS = 10_000;

/** Of standard error the user sees the last lines, up to as many characters. */
const MAX_SHOWN = 600;

interface CommandCredentialsPorts {
  readonly state: GatewayState;
  readonly run: RunCommand;
  readonly now: () => number;
  readonly log: (level: 'info' | 'warn', message: string) => void;
}

interface Running {
  /** Of the {@link CommandCredential}. */
  readonly id: string;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Credentials that a command of the user's own choosing gives: run when a call needs one, once for however many calls,
 * kept in memory for the time that the user chose, and run again after it.
 */
export class CommandCredentials implements Interruptible {
  readonly #ports: CommandCredentialsPorts;
  readonly #running = new Map<string, Running>();
  readonly #failedAt = new Map<string, number>();

  constructor(ports: CommandCredentialsPorts) {
    this.#ports = ports;
  }

  /**
   * Resolves when the vault has what the call needs; at once where it does not come from a command. Throws
   * `missing_credential` with the reason, or what interrupted the call.
   */
  async obtain({ service: { name, auth, baseUrl } }: ServiceInForce, signal: AbortSignal): Promise<void> {
    const { state, now } = this.#ports;
    const { vault } = state;
    const command = vault.command(name);
    if (!command || vault.find(name, baseUrl, auth).found !== 'by_command') return;
    const failed = this.#failedAt.get(name);
    if (failed === undefined || now() - failed >= TRIED_EVERY_MS || now() < failed) {
      const running = this.#running.get(name) ?? this.#begin(command, auth);
      await unlessAborted(running.ended, signal);
    }
    if (!vault.hasGiven(name)) {
      const found = vault.find(name, baseUrl, auth);
      throw refusals.commandFailed(
        name,
        (found.found === 'by_command' ? found.failure : undefined) ?? phrase`it was stopped`,
      );
    }
  }

  /** See {@link GatewayControl.tryCommand}. Whether the value suits its service is for the host to find out. */
  async tryOnce(
    service: string,
    command: CredentialCommand,
    signal = new AbortController().signal,
  ): Promise<CommandOutcome> {
    const { result, stderr } = await this.#ports.run(command, signal);
    if ('value' in result) return result;
    const shown = this.#shown(stderr);
    this.#ports.log('info', `A command for ${service} was tested: ${inEnglish(result.why)}.`);
    return { why: result.why, ...(shown === '' ? {} : { stderr: shown }) };
  }

  interrupt(interruption: Interruption): void {
    if (interruption.by === 'credentials') this.#refresh();
    else {
      const ending = endingBy(interruption, this.#ports.state);
      if (ending) this.#forget((service) => ending.concerns(service));
    }
  }

  /** What commands gave for these services is out of use at once, and those that run are ended. */
  #forget(concerns: (service: string) => boolean): void {
    for (const [service, { stop }] of this.#running) {
      if (!concerns(service)) continue;
      this.#running.delete(service);
      stop.abort();
    }
    for (const service of this.#failedAt.keys()) if (concerns(service)) this.#failedAt.delete(service);
    this.#ports.state.vault.forgetGiven(concerns);
  }

  /** The vault was told other commands: what runs for one that is no more is ended. */
  #refresh(): void {
    const changed = (service: string, id: string): boolean => this.#ports.state.vault.command(service)?.id !== id;
    for (const [service, { id }] of [...this.#running])
      if (changed(service, id)) this.#forget((one) => one === service);
    for (const service of this.#failedAt.keys()) {
      if (!this.#ports.state.vault.command(service)) this.#failedAt.delete(service);
    }
  }

  #begin(command: CommandCredential, auth: Auth): Running {
    const stop = new AbortController();
    const running = { id: command.id, stop, ended: this.#run(command, auth, stop.signal) };
    this.#running.set(command.service, running);
    return running;
  }

  async #run({ service, command, keepMs }: CommandCredential, auth: Auth, stopped: AbortSignal): Promise<void> {
    const { state, run, now, log } = this.#ports;
    const { vault } = state;
    const { result } = await run(command, stopped);
    // A freeze, a revocation or another command came first: nothing of this one counts.
    if (stopped.aborted) return;
    this.#running.delete(service);
    const why = 'value' in result ? unsuitable(auth, result.value) : result.why;
    if (why === undefined) {
      this.#failedAt.delete(service);
      return 'value' in result ? vault.give(service, result.value, keepMs) : undefined;
    }
    this.#failedAt.set(service, now());
    vault.noteFailure(service, why);
    log('warn', `The command that provides the credential of ${service} failed: ${inEnglish(why)}.`);
  }

  /** The end of standard error, without known credentials and without what looks like one. */
  #shown(stderr: string): string {
    const clean = masked(this.#ports.state.vault.redactor.text(stderr).text)
      .replace(/[^\P{C}\n]/gu, '')
      .trim();
    return clean.length <= MAX_SHOWN ? clean : `…${clean.slice(-MAX_SHOWN)}`;
  }
}

/** Why what a command wrote cannot be the credential, in words that quote nothing of it; undefined when it can. */
export function unsuitable(auth: Auth, value: Secret): Phrase | undefined {
  const plain = auth.type === 'bearer' || auth.type === 'basic' || auth.type === 'header' || auth.type === 'query';
  if (plain && !fitsHeader(value))
    return phrase`its output has more than one line, or characters that a header cannot carry`;
  if (credentialProblem(value)?.severity === 'refuse') return phrase`its output is too short for a credential`;
  const problem = payloadProblem(auth, value);
  return problem === undefined ? undefined : phrase`its output is not valid for ${auth.type} (${problem})`;
}
