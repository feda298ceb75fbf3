import { Secret } from '../../../core/secret.ts';
import type { GatewayControl, GatewaySettings } from '../../../gateway/control/controlPort.ts';

/** Each setting of the gateway as it is at this moment. */
export type SettingSources = { readonly [Name in SettingName]: () => GatewaySettings[Name] };

export type SettingName = keyof GatewaySettings;

/** What was sent of a setting last. */
interface Sent {
  readonly value: unknown;
  /** Settles when the gateway has it. */
  readonly active: Promise<void>;
}

/**
 * Sends one run of the gateway its settings, each as often as it changes. One change is noticed several times: by the
 * store's event, by the command that made it, and by VS Code, which says of this window's own secrets that they changed.
 * The first sends the setting; the others wait until it is active.
 */
export class SettingSender {
  readonly #control: Pick<GatewayControl, 'set'>;
  readonly #sources: SettingSources;
  readonly #sent = new Map<SettingName, Sent>();

  constructor(control: Pick<GatewayControl, 'set'>, sources: SettingSources) {
    this.#control = control;
    this.#sources = sources;
  }

  /** Resolves when these settings, as they are now, are active in the gateway. */
  async send(names: readonly SettingName[]): Promise<void> {
    const changed = names
      .map((name) => ({ name, value: this.#sources[name]() }))
      .filter(({ name, value }) => !isSame(this.#sent.get(name)?.value, value));
    if (changed.length > 0) {
      const settings: Partial<GatewaySettings> = Object.fromEntries(changed.map(({ name, value }) => [name, value]));
      const active = this.#control.set(settings);
      for (const { name, value } of changed) this.#sent.set(name, { value, active });
    }
    await Promise.all(names.map((name) => this.#sent.get(name)?.active));
  }
}

/** Node's own comparison finds all secrets the same, because they show nothing of themselves. */
function isSame(one: unknown, other: unknown): boolean {
  if (one instanceof Secret || other instanceof Secret) {
    return one instanceof Secret && other instanceof Secret && one.equals(other);
  }
  if (!isObject(one) || !isObject(other)) return one === other;
  const fields = Object.entries(one);
  const others = new Map(Object.entries(other));
  return (
    Array.isArray(one) === Array.isArray(other) &&
    fields.length === others.size &&
    fields.every(([name, value]) => others.has(name) && isSame(value, others.get(name)))
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
