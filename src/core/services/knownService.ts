import type { Auth } from '../policy/auth/authTypes.ts';
import { type NewRule, PRESETS, type PresetId } from '../policy/edit/presets.ts';
import type { Service } from '../policy/model/service.ts';
import type { VerifyingRequest } from './verifyingRequest.ts';

/** The sets of rules that are offered beside the generic ones. Their texts are in commands/presetText.ts. */
export type ServicePresetId =
  | PresetId
  | 'read-usual'
  | 'read-and-search'
  | 'read-messages'
  | 'post-messages'
  | 'issues'
  | 'use-models'
  | 'graphql-queries'
  | 'all-of-graphql';

export interface ServicePreset {
  readonly id: ServicePresetId;
  readonly rules: readonly NewRule[];
}

/** What the user must tell beside the credential. */
export type AccountQuestion = 'email' | 'account-sid';

/** What is known about a provider's API, so that the user does not have to look it up. */
export interface KnownService {
  /** Also the name that is proposed for the service. */
  readonly id: string;
  /** The provider's own name. */
  readonly label: string;
  /** The base URL; where it is the account's own, what the question starts from. */
  readonly baseUrl: string;
  /** There when accounts have hosts of their own: what those of the provider end in, such as `.atlassian.net`. */
  readonly ownHosts?: string;
  /** And begin with, where the provider has other APIs beside this one. */
  readonly ownHostsStart?: string;
  readonly auth: Auth;
  /** Basic's user name is asked for. */
  readonly username?: AccountQuestion;
  /** Fixed vendor headers without which the API refuses or changes its answers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Its paths have names with slashes in them, which are written `%2F`. */
  readonly encodedSlash?: true;
  readonly verify: VerifyingRequest;
  /** Where the provider makes and revokes credentials. */
  readonly keyPage: string;
  /** In the order in which they are offered; the generic ones where there are none. */
  readonly presets?: readonly ServicePreset[];
}

/** The sets of rules that are offered for a service, the default first. */
export function presetsOf(known: KnownService | undefined): readonly ServicePreset[] {
  return known?.presets ?? PRESETS;
}

/** What is known about the API at a service's base URL; undefined for any other address. */
export function findKnownService(
  { baseUrl }: Pick<Service, 'baseUrl'>,
  all: readonly KnownService[],
): KnownService | undefined {
  return all.find((known) => {
    const { hostname, origin, pathname } = new URL(known.baseUrl);
    if (pathname.replace(/\/$/, '') !== baseUrl.prefix) return false;
    if (known.ownHosts === undefined) return origin === baseUrl.origin;
    return (
      baseUrl.protocol === 'https:' &&
      (baseUrl.hostname === hostname ||
        (baseUrl.hostname.endsWith(known.ownHosts) && baseUrl.hostname.startsWith(known.ownHostsStart ?? '')))
    );
  });
}
