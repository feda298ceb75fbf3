import { placementOf } from '../core/policy/auth/authTypes.ts';
import { credentialsOf } from '../core/policy/compare/serverDestination.ts';
import type { Policy } from '../core/policy/model/policy.ts';
import type { Binding } from '../gateway/control/controlPort.ts';

/** What can be frozen by name: services and upstream MCP servers. */
export function stoppableNames(policy: Policy): ReadonlySet<string> {
  return new Set([...policy.services.keys(), ...policy.servers.keys()]);
}

/** Every credential that a policy needs, by its name, with the one destination that it is for. */
export function neededCredentials(policy: Policy): ReadonlyMap<string, Binding> {
  const needed = new Map<string, Binding>();
  for (const { name, baseUrl, auth } of policy.services.values()) {
    needed.set(name, { origin: baseUrl.origin, placement: placementOf(auth) });
  }
  for (const server of policy.servers.values()) {
    for (const { credential, origin, placement } of credentialsOf(server))
      needed.set(credential, { origin, placement });
  }
  return needed;
}
