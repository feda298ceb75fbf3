import type { GatewayEvents } from '../../gateway/control/controlPort.ts';
import { notifyOfAgent } from '../agents/views/agentToast.ts';
import { notifyOfCredentialInCall } from '../agents/views/credentialToast.ts';
import type { AccessRequestList } from '../audit/model/accessRequestList.ts';
import type { ActivityLog } from '../audit/model/activity.ts';
import type { Anchorer } from '../audit/model/anchorer.ts';
import { ChannelLines } from '../audit/model/channelLines.ts';
import { notifyOfAccessRequest } from '../audit/views/accessRequestToast.ts';
import { commandEnvironment } from '../credentials/model/commandEnvironment.ts';
import { credentialIds, credentialSetOf } from '../credentials/model/credentialSet.ts';
import { noteAnswer } from '../credentials/model/noteAnswer.ts';
import type { FreezeStore } from '../freeze/model/freezeStore.ts';
import type { GatewaySupervisor } from '../gateway/model/gatewaySupervisor.ts';
import { networkSettings } from '../gateway/model/networkSettings.ts';
import type { SettingSources } from '../gateway/model/settingSender.ts';
import { windowGateway } from '../gateway/model/windowGateway.ts';
import { followWindow, localFolders } from '../gateway/model/windowInfo.ts';
import type { Learning } from '../learn/model/learning.ts';
import type { AgentParts } from './composeAgents.ts';
import type { ApprovalParts } from './composeApprovals.ts';
import type { CredentialParts } from './composeCredentials.ts';
import type { PolicyParts } from './composePolicies.ts';
import type { Host } from './host.ts';

export interface GatewaySources {
  readonly policy: PolicyParts;
  readonly credential: CredentialParts;
  readonly agent: Pick<AgentParts, 'agents' | 'agentStore' | 'toolPins'>;
  readonly approval: ApprovalParts;
  readonly freeze: FreezeStore;
  readonly learning: Learning;
  readonly activity: ActivityLog;
  readonly accessRequests: AccessRequestList;
  /** The system's certificates, once they have been read. */
  readonly certificates: () => readonly string[];
  /** Made after the gateway, whose head it writes down. */
  readonly anchorer: () => Anchorer;
  readonly announceChange: () => void;
}

/** This window's gateway: what it is given, and who hears what it reports. */
export function composeGateway(host: Host, sources: GatewaySources): GatewaySupervisor {
  const { context, storage, runtimeDir, version, bundle, failed } = host;
  const { approval, credential } = sources;
  const window = followWindow(() => void gateway.push('window'));
  const gateway = windowGateway(
    { script: bundle('gateway'), runtimeDir, storage, extensionVersion: version, secrets: context.secrets },
    { window: () => window.current(), ...partsOf(sources) },
    handlers(host, sources, () => gateway),
  );
  context.subscriptions.push(
    gateway,
    window,
    // What a gateway asked goes with it.
    gateway.onDidChange(({ state }) => {
      if (state === 'up') return;
      approval.queue.clear();
      void credential.tokenStore.endLeases().catch(failed);
    }),
  );
  return gateway;
}

function partsOf({
  policy,
  credential,
  agent,
  freeze,
  learning,
  certificates,
}: GatewaySources): Omit<SettingSources, 'window'> {
  const { policies, administrator } = policy;
  const { credentials } = credential;
  return {
    network: () => networkSettings(certificates()),
    policies: () => [...learning.layer(policies.files()), ...administrator.files()],
    credentials: () =>
      credentialSetOf(credentialIds(policies.entries()), credentials.all(), credentials.retired(), () =>
        commandEnvironment(process.env, localFolders()),
      ),
    freeze: () => freeze.state,
    agents: () => agent.agentStore.admission,
    toolPins: () => agent.toolPins.pins,
  };
}

function handlers(
  { context, auditChannel, log, failed }: Host,
  { policy, credential, agent, approval, activity, accessRequests, anchorer, announceChange }: GatewaySources,
  gateway: () => GatewaySupervisor,
): GatewayEvents {
  const { policies } = policy;
  const lines = new ChannelLines(auditChannel);
  context.subscriptions.push(lines);
  return {
    tokenStore: credential.tokenStore,
    // An agent's flood of calls brings as many of these: each costs next to nothing here, and the views have a pace.
    onAudit: (event, line) => {
      lines.add(line);
      activity.add(event);
      void notifyOfCredentialInCall(event, agent.agents).catch(failed);
      void noteAnswer(event, () => credentialIds(policies.entries()), credential.credentials).catch(failed);
      if (event.kind === 'control' && event.verdict === 'freeze') void anchorer().anchor();
      else anchorer().grew();
    },
    onApproval: (question) => {
      approval.queue.add(question);
      void approval.toasts.notify(question).catch(failed);
    },
    onApprovalGone: (id) => approval.queue.gone(id),
    onAccessRequest: (request) => {
      if (accessRequests.add(request)) void notifyOfAccessRequest(request).catch(failed);
    },
    onAgents: (connected) => {
      for (const one of agent.agents.set(connected)) void notifyOfAgent(one).catch(failed);
    },
    onToolsSeen: async (seen) => {
      try {
        if (!(await agent.toolPins.note(seen))) return;
        announceChange();
        await gateway().push('toolPins');
      } catch (error) {
        failed(error);
      }
    },
    onServersChanged: () => gateway().noteServersChanged(),
    onLog: (level, message) => log[level](message),
  };
}
