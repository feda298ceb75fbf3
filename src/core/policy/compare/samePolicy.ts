import type { Policy } from '../model/policy.ts';
import { policyText, printService } from './print.ts';
import { printServer } from './printServer.ts';

type Definitions = Pick<Policy, 'services' | 'servers'>;

/**
 * Whether two policies say the very same of their services and servers, labels and descriptions included; an absent one says
 * nothing. Stricter than "no change waits": what is printed differs with every word that the user goes by.
 */
export function samePolicy(one: Definitions | undefined, other: Definitions | undefined): boolean {
  return printed(one) === printed(other);
}

function printed(policy: Definitions | undefined): string {
  return policyText(
    [...(policy?.services.values() ?? [])].map(printService),
    [...(policy?.servers.values() ?? [])].map(printServer),
  );
}
