import { agentName } from '../../../core/audit/agentName.ts';
import { agentWords } from '../../../core/audit/agentWords.ts';
import { credentialsOf, destinationOf, differingServerPart } from '../../../core/policy/compare/serverDestination.ts';
import type { Server } from '../../../core/policy/model/server.ts';
import type { ToolCall } from '../../../protocol/messages.ts';
import type { Agents } from '../../agents.ts';
import type { Recorder } from '../../audit/recorder.ts';
import type { ApprovalSubject, Asked } from '../../call/approvals.ts';
import type { Caller } from '../../call/callContext.ts';
import { RefusalError } from '../../call/refusals.ts';
import type { GatewayState } from '../../gatewayState.ts';
import type { JointToolDecision, ServerInForce } from '../../serverSet.ts';
import { findServer, serverSecrets } from './serverAccess.ts';

const MOST_NAME_CHARS = 100;

/** What a question about a call to a tool would be about: which one of which server, with exactly which arguments. */
export function toolAsked(
  call: ToolCall,
  caller: Caller,
  { server }: ServerInForce,
  decision: JointToolDecision,
  ports: {
    readonly state: GatewayState;
    readonly recorder: Recorder;
    readonly agents: Pick<Agents, 'isFrozen'>;
    /** Throws a refusal for a caller that may not call any more. */
    readonly admit: (caller: Caller) => void;
    /** Whether the server still offers the tool as it did when the person was asked, accepted as it was then. */
    readonly sameTool: () => boolean;
  },
): Asked {
  const { state, recorder, agents, admit, sameTool } = ports;
  const destination = destinationOf(server);
  const credentialGeneration = generationOf(state, server);
  const rule = askingRule(decision);
  return {
    connection: caller.connection,
    service: server.name,
    credentialGeneration,
    requestHash: recorder.toolCallHash(destination, call.tool, call.arguments),
    policyVersion: state.policyVersion,
    rules: [rule],
    mayRemember: false,
    frozen: () => state.isFrozen(server.name) || agents.isFrozen(caller.agent),
    stands: () => {
      try {
        admit(caller);
        state.refuseIfFrozen(server.name);
        const now = findServer(state, server.name, caller.scope);
        serverSecrets(state, now.server);
        return (
          differingServerPart(now.server, server) === undefined &&
          generationOf(state, now.server) === credentialGeneration &&
          askingRule(now.decide(call.tool)) === rule &&
          sameTool()
        );
      } catch (error) {
        if (error instanceof RefusalError) return false;
        throw error;
      }
    },
    path: call.tool,
  };
}

/** What a person is shown of it: `args` are its arguments, without credentials. */
export function toolQuestion(
  call: ToolCall,
  { agent }: Caller,
  decision: JointToolDecision,
  args: string,
): ReturnType<ApprovalSubject['question']> {
  return {
    method: 'tools/call',
    url: call.tool,
    headers: [],
    body: { contentType: 'application/json', text: args },
    agent: {
      name: agentName(agent.name),
      ...(agent.name === '' ? {} : { rawName: agentWords(agent.name, MOST_NAME_CHARS) }),
      ...(agent.version === undefined ? {} : { version: agentWords(agent.version, MOST_NAME_CHARS) }),
    },
    rule: {
      file: decision.label,
      line: decision.pattern?.line ?? 1,
      text: `ask ${decision.pattern?.text ?? call.tool}`,
    },
  };
}

/** Counts the values that the server's credentials have had: each only ever grows. */
function generationOf({ vault }: GatewayState, server: Server): number {
  return credentialsOf(server).reduce((sum, { credential }) => sum + vault.generation(credential), 0);
}

/** Which pattern of which file asks; another one is another question. */
export function askingRule({ verdict, label, pattern }: JointToolDecision): string {
  return JSON.stringify([verdict, label, pattern?.text ?? '']);
}
