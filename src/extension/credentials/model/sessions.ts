import { Secret } from '../../../core/secret.ts';
import type { SessionRequest } from '../../../gateway/control/controlPort.ts';

/** The part of `vscode.authentication` that is used without asking anybody. */
export type SilentSession = (
  provider: SessionRequest['provider'],
  scopes: readonly string[],
) => PromiseLike<{ readonly accessToken: string } | undefined>;

/**
 * The tokens of VS Code's own sessions. Nothing is stored; a token that an API refused is not given to the same service
 * again until VS Code has another one.
 */
export class Sessions {
  readonly #silent: SilentSession;
  readonly #given = new Map<string, Secret>();
  readonly #refused = new Map<string, Secret>();
  readonly #allowedAt = new Map<string, number | undefined>();

  constructor(silent: SilentSession) {
    this.#silent = silent;
  }

  /** `allowedAt`: when the user last allowed the session. What was refused before that is tried again. */
  async token({ service, provider, scopes, refused }: SessionRequest, allowedAt?: number): Promise<Secret | undefined> {
    if (allowedAt !== this.#allowedAt.get(service)) this.#refused.delete(service);
    this.#allowedAt.set(service, allowedAt);
    const last = this.#given.get(service);
    if (refused && last) this.#refused.set(service, last);
    const session = await this.#silent(provider, scopes);
    if (!session) return undefined;
    const value = new Secret(session.accessToken);
    if (this.#refused.get(service)?.equals(value)) return undefined;
    this.#given.set(service, value);
    return value;
  }
}
