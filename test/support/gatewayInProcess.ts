import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { parsePolicy } from '../../src/core/policy/read/parse.ts';
import type { Call } from '../../src/core/request/arguments/call.ts';
import { Secret } from '../../src/core/secret.ts';
import type { ApprovalTimes } from '../../src/gateway/call/approvals.ts';
import type {
  ApprovalEnd,
  ApprovalQuestion,
  CredentialSet,
  GatewayEvents,
} from '../../src/gateway/control/controlPort.ts';
import type { Resolve } from '../../src/gateway/http/transport.ts';
import { Gateway } from '../../src/gateway/operations/gateway.ts';
import type { RunCommand } from '../../src/gateway/targets/service/commands/runCommand.ts';
import type { Answer, Refusal } from '../../src/protocol/messages.ts';
import type { Keyholder } from './keyholder.ts';

/** A gateway without a process around it, which ends with the test that started it. */
export interface GatewayInProcess {
  readonly gateway: Gateway;
  readonly log: string[];
  /** Questions to the user, in their order, and how each ended so far. */
  readonly questions: (ApprovalQuestion & { ended?: ApprovalEnd })[];
  /** Approves and writes this policy text. */
  setPolicy(text: string): Promise<void>;
  read(service: string, target: string): Promise<{ answer: Answer } | { refusal: Refusal }>;
  call(
    call: Pick<Call, 'service' | 'method' | 'path'> & Partial<Call>,
  ): Promise<{ answer: Answer } | { refusal: Refusal }>;
  close(): void;
}

export async function gatewayInProcess(options: {
  /** Approved and written from the start; left out, the gateway is not told any policy. */
  policy?: string;
  resolve?: Resolve;
  /** Where its trail goes; default: a folder of its own. */
  auditDir?: string;
  approvalTimes?: ApprovalTimes;
  /** How long an agent waits for the tools of an MCP server. */
  listMs?: number;
  /** Bearer credentials: service, origin, value. */
  credentials?: readonly (readonly [service: string, origin: string, value: string])[];
  /** Whose credentials it gets in place of those, of any type, and who keeps what is renewed. */
  keyholder?: Keyholder;
  /** Commands that give credentials, and how they are run. */
  commands?: CredentialSet['commands'];
  runCommand?: RunCommand;
  onAccessRequest?: GatewayEvents['onAccessRequest'];
  /** This machine's clock. */
  now?: () => number;
}): Promise<GatewayInProcess> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-'));
  const log: string[] = [];
  const questions: GatewayInProcess['questions'] = [];
  const gateway = new Gateway({
    gatewayId: '0123456789abcdef',
    runtimeDir: folder,
    auditDir: options.auditDir ?? path.join(folder, 'audit'),
    requestHashKey: '00',
    script: path.resolve(import.meta.dirname, '../../dist/gateway.js'),
    events: {
      ...(options.keyholder ? { tokenStore: options.keyholder.tokenStore } : {}),
      onAudit: (_event, line) => void log.push(line),
      onAccessRequest: options.onAccessRequest ?? (() => undefined),
      onAgents: () => undefined,
      onApproval: (question) => void questions.push({ ...question }),
      onApprovalGone: (id, why) => {
        const question = questions.find((other) => other.id === id);
        if (question) question.ended = why;
      },
      onToolsSeen: () => undefined,
      onServersChanged: () => undefined,
      onLog: (_level, message) => void log.push(message),
    },
    parsePolicy: async (text, author) => parsePolicy(text, author),
    ...(options.resolve ? { resolve: options.resolve } : {}),
    ...(options.runCommand ? { runCommand: options.runCommand } : {}),
    ...(options.now ? { now: options.now } : {}),
    ...(options.listMs === undefined ? {} : { listMs: options.listMs }),
    ...(options.approvalTimes ? { approvalTimes: options.approvalTimes } : {}),
  });
  const setPolicy = (text: string): Promise<void> =>
    gateway.set({ policies: [{ id: 'user', label: 'policy', approved: text, written: text, grants: true }] });
  if (options.policy !== undefined) await setPolicy(options.policy);
  const own: CredentialSet = {
    current: (options.credentials ?? []).map(([service, origin, value]) => ({
      service,
      value: new Secret(value),
      binding: { origin, placement: 'bearer' },
    })),
    retired: [],
    revoked: [],
    ...(options.commands ? { commands: options.commands } : {}),
  };
  await gateway.set({ credentials: options.keyholder?.set() ?? own });
  const close = (): void => {
    void gateway.close();
    fs.rmSync(folder, { recursive: true, force: true });
  };
  onTestFinished(close);
  return {
    gateway,
    log,
    questions,
    setPolicy,
    read: (service, target) => {
      const call: Call = { tool: 'read', method: 'GET', service, path: target };
      const caller = { agent: { name: 'claude-code' }, scope: 'window' as const, connection: 'c' };
      return gateway.call(call, caller, new AbortController().signal);
    },
    call: (call) => {
      const caller = { agent: { name: 'claude-code' }, scope: 'window' as const, connection: 'c' };
      return gateway.call({ tool: 'execute', ...call }, caller);
    },
    close,
  };
}
