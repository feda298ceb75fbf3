import { Secret } from '../../core/secret.ts';
import type { SessionRequest } from '../../gateway/parent.ts';

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

  constructor(silent: SilentSession) {
    this.#silent = silent;
  }

  async token({ service, provider, scopes, refused }: SessionRequest): Promise<Secret | undefined> {
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
