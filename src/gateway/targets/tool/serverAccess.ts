import { credentialsOf } from '../../../core/policy/compare/serverDestination.ts';
import type { Server } from '../../../core/policy/model/server.ts';
import type { Secret } from '../../../core/secret.ts';
import { type Phrase, phrase } from '../../../core/text/phrase.ts';
import type { Caller } from '../../call/model/callContext.ts';
import { refusals } from '../../call/model/refusals.ts';
import type { ServerState } from '../../control/controlPort.ts';
import type { ServerInForce } from '../../policies/serverSet.ts';
import type { GatewayState } from '../../state/gatewayState.ts';
import { serverRefusals } from './serverRefusals.ts';

/** What a call to an upstream MCP server is judged by, taken from the gateway's state. What is not in force is thrown. */

/** The server as it is in force for this caller. */
export function findServer(state: GatewayState, name: string, scope: Caller['scope']): ServerInForce {
  state.refuseUntilInformed(name);
  if (!state.trusted) throw refusals.untrustedWorkspace(name);
  const servers = state.servers(scope);
  const lookup = servers.find(name);
  if (lookup.found === 'unknown') {
    state.refuseIfUnread(name);
    throw serverRefusals.unknownServer(servers.names);
  }
  if (lookup.found === 'in_force') return lookup.inForce;
  const elsewhere = lookup.proposed && boundElsewhere(state, lookup.proposed);
  // It comes before the missing approval: no review makes up for it.
  if (elsewhere !== undefined) throw refusals.originNotConfirmed(name, elsewhere);
  throw lookup.by === 'administrator'
    ? refusals.forbiddenByAdministrator(name, lookup.why)
    : refusals.policyNotApproved(name, lookup.why);
}

/** Every credential that the server names, for exactly what it is. */
export function serverSecrets(state: GatewayState, server: Server): ReadonlyMap<string, Secret> {
  const secrets = new Map<string, Secret>();
  for (const { credential, ...binding } of credentialsOf(server)) {
    const lookup = state.vault.findBound(credential, binding);
    switch (lookup.found) {
      case 'credential':
        secrets.set(credential, lookup.value);
        break;
      case 'missing':
        throw refusals.missingCredential(credential);
      case 'revoked':
        throw refusals.revoked(credential, 'no');
      case 'bound_elsewhere':
        throw refusals.originNotConfirmed(credential, lookup.what);
    }
  }
  return secrets;
}

/** How a server stands, without starting it. */
export function serverStatus(state: GatewayState, name: string): Pick<ServerState, 'status' | 'why' | 'by'> {
  if (state.isFrozen(name)) return { status: 'frozen' };
  if (!state.trusted) return { status: 'not_approved', why: phrase`the workspace is not trusted` };
  const lookup = state.servers('window').find(name);
  if (lookup.found === 'unknown') return { status: 'not_approved' };
  if (lookup.found === 'not_approved') {
    const elsewhere = lookup.proposed && boundElsewhere(state, lookup.proposed);
    if (elsewhere !== undefined) return { status: 'not_confirmed', why: elsewhere };
    return {
      status: 'not_approved',
      why: lookup.why,
      ...(lookup.by === 'administrator' ? { by: lookup.by } : {}),
    };
  }
  for (const { credential, ...binding } of credentialsOf(lookup.inForce.server)) {
    const found = state.vault.findBound(credential, binding);
    if (found.found === 'missing')
      return { status: 'missing_credential', why: phrase`no value is stored for ${credential}` };
    if (found.found === 'revoked') return { status: 'revoked' };
    if (found.found === 'bound_elsewhere') return { status: 'not_confirmed', why: found.what };
    if (found.condition === 'rejected') return { status: 'rejected', why: phrase`the server answered 401` };
  }
  return { status: 'ready' };
}

function boundElsewhere(state: GatewayState, server: Server): Phrase | undefined {
  for (const { credential, ...binding } of credentialsOf(server)) {
    const lookup = state.vault.findBound(credential, binding);
    if (lookup.found === 'bound_elsewhere') return lookup.what;
  }
  return undefined;
}
