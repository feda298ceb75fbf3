import { agentName } from '../core/audit/agentName.ts';
import { canonicalise } from '../core/request/canonicalise.ts';
import type { AccessAnswer, AccessRequest } from '../protocol/messages.ts';
import { freshId, type Recorder } from './audit/recorder.ts';
import { auditAgent, type Caller } from './flight.ts';
import type { GatewayState } from './gatewayState.ts';
import type { AccessWish } from './parent.ts';
import { refusals } from './refusals.ts';

/**
 * Records that an agent wishes for a rule, and passes the wish on to the person. Changes nothing by itself. Throws a
 * refusal when the wish is out of form.
 */
export function requestAccess(
  access: AccessRequest,
  { agent, scope }: Caller,
  state: GatewayState,
  recorder: Recorder,
  tellPerson: (wish: AccessWish) => void,
): AccessAnswer {
  const { service, limits } = state.find(access.service, scope);
  const { service: name, method, path } = access;
  const request = canonicalise({ service: name, method, path }, { ...service, limits });
  if (!request.ok) throw refusals.invalidRequest(request.error.message, request.error.nextStep, name);
  const wish: AccessWish = {
    id: freshId(),
    agent: agentName(agent.name),
    service: name,
    method: request.value.method,
    path: recorder.redact(request.value.path),
    reason: recorder.redact(access.reason),
  };
  recorder.record({
    id: wish.id,
    kind: 'control',
    agent: auditAgent(agent),
    service: name,
    method: wish.method,
    path: wish.path,
    verdict: 'request_access',
    reason: wish.reason,
  });
  tellPerson(wish);
  return {
    recorded: true,
    message: `A person has been asked to allow ${wish.method} ${wish.path} on ${name}.`,
    nextStep:
      'Go on with other work, or stop and tell the person what you wait for. Call again only after they say so.',
  };
}
