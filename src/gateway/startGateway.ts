import { randomBytes } from 'node:crypto';
import { BoundedPolicyParser } from '../policyWorker/policyParser.ts';
import { Broker } from './broker/broker.ts';
import type { Approver } from './call/approvals.ts';
import type { GatewayControl, GatewayEvents, WindowInfo } from './control/controlPort.ts';
import type { GatewayStart } from './control/pipe.ts';
import { Gateway } from './operations/gateway.ts';

export interface RunningGateway {
  readonly control: GatewayControl;
  /** Into the host's log, with every known credential taken out. */
  log(level: 'info' | 'warn' | 'error', message: string): void;
  /** Takes the socket away, ends what is under way with an answer, and syncs the audit log. Takes a quarter of a second at most. */
  close(): Promise<void>;
}

/**
 * Puts a gateway together and lets it listen: the same for the private child process and for the command line.
 * `script` is the bundle that is running, which also serves as the workers of the gateway.
 */
export async function startGateway(
  settings: GatewayStart,
  events: GatewayEvents,
  script: string,
  /** Who answers where policy asks; see {@link GatewayOptions}. */
  approver: Approver = 'user',
): Promise<RunningGateway> {
  const gatewayId = randomBytes(8).toString('hex');
  const parser = new BoundedPolicyParser(script);
  const gateway = new Gateway({
    gatewayId,
    runtimeDir: settings.runtimeDir,
    auditDir: settings.auditDir,
    requestHashKey: settings.requestHashKey ?? randomBytes(32).toString('hex'),
    events,
    parsePolicy: (text, author) => parser.parse(text, author),
    script,
    approver,
  });
  const window: WindowInfo = { hostPid: process.ppid, folders: [], trusted: true, focusedAt: Date.now() };
  const broker = new Broker({
    gateway,
    gatewayId,
    runtimeDir: settings.runtimeDir,
    window,
    onLog: (message) => gateway.log('warn', message),
  });
  gateway.serveThrough(broker);
  await gateway.rememberRequests();
  await broker.start();
  void gateway.pruneAudit();

  return {
    control: gateway,
    log: (level, message) => gateway.log(level, message),
    close: async () => {
      broker.stopListening();
      await gateway.close();
      broker.close();
      parser.dispose();
    },
  };
}
