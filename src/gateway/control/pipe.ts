import type { ChildProcess } from 'node:child_process';
import {
  type CancellationToken,
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
} from 'vscode-jsonrpc';
import type { AuditEvent } from '../../core/audit/auditEvent.ts';
import type { WantedRule } from '../../core/policy/learn/narrowestRule.ts';
import { Secret } from '../../core/secret.ts';
import type { VerifyingRequest } from '../../core/services/verifyingRequest.ts';
import type { Call } from '../../protocol/messages.ts';
import type {
  AccessWish,
  AgentAdmission,
  ApprovalAnswer,
  ApprovalEnd,
  ApprovalQuestion,
  AuditHead,
  Candidate,
  CommandOutcome,
  ConnectedAgent,
  ControlEvent,
  Credential,
  CredentialCommand,
  CredentialKeeper,
  CredentialSet,
  FreezeState,
  GatewayControl,
  GatewayEvents,
  GatewayStatus,
  NetworkSettings,
  Performed,
  PolicyFile,
  Redeemed,
  Redemption,
  Renewal,
  RenewalLease,
  RetiredCredential,
  ServerPins,
  SessionRequest,
  ToolsSeen,
  Verification,
  WindowInfo,
  WishOutcome,
} from './controlPort.ts';
import { sealChannel } from './sealedChannel.ts';

/**
 * The private pipe: the two ends of `fork`'s IPC channel, which has no name and no file, sealed. Only this file puts a
 * credential on it: from the parent to the gateway, and back when the gateway renewed one.
 */

/** What a gateway needs before it can listen. Paths and versions only. */
export interface GatewayStart {
  /** Where rendezvous files and sockets live; see src/protocol/runtimeDir.ts. */
  readonly runtimeDir: string;
  /** Where this run's audit files go. */
  readonly auditDir: string;
  readonly extensionVersion: string;
  /** Hex key of the installation for `requestHash`; stays the same across runs so that hashes can be compared. */
  readonly requestHashKey?: string;
}

/** A credential as it travels: the one form in which a value is text. */
interface CredentialOnPipe extends Omit<Credential, 'value'> {
  readonly value: string;
}
interface RetiredOnPipe extends Omit<RetiredCredential, 'value'> {
  readonly value: string;
}
interface CandidateOnPipe extends Omit<Candidate, 'value'> {
  readonly value: string;
}
interface RenewalOnPipe extends Omit<Renewal, 'value'> {
  readonly value: string;
}
interface LeaseOnPipe extends Omit<RenewalLease, 'value'> {
  readonly value: string;
}
interface RedemptionOnPipe extends Omit<Redemption, 'candidate' | 'code' | 'verifier'> {
  readonly candidate: CandidateOnPipe;
  readonly code: string;
  readonly verifier: string;
}
type CommandOutcomeOnPipe = { readonly value: string } | Exclude<CommandOutcome, { readonly value: unknown }>;
type RedeemedOnPipe = { readonly renewal: RenewalOnPipe } | Extract<Redeemed, { readonly refusal: unknown }>;
interface VerificationOnPipe extends Omit<Verification, 'renewal'> {
  readonly renewal?: RenewalOnPipe;
}
interface CredentialSetOnPipe {
  readonly current: readonly CredentialOnPipe[];
  readonly retired: readonly RetiredOnPipe[];
  readonly revoked: readonly string[];
  readonly sessions?: NonNullable<CredentialSet['sessions']>;
  readonly commands?: NonNullable<CredentialSet['commands']>;
}

/** Seconds that a freshly forked gateway has to answer `start`. */
const START_TIMEOUT_MS = 15_000;

/** The parent's end: starts the gateway in `child` and resolves when it listens. Rejects when it cannot. */
export async function connectGateway(
  child: ChildProcess,
  start: GatewayStart,
  events: GatewayEvents,
): Promise<GatewayControl & { dispose(): void }> {
  const { reader, writer } = sealChannel(child, 'parent');
  const connection = createMessageConnection(reader, writer);
  connection.onNotification('audit', (event: AuditEvent & { time: string }, line: string) =>
    events.onAudit(event, line),
  );
  connection.onNotification('accessWish', (wish: AccessWish) => events.onAccessWish(wish));
  connection.onNotification('agents', (agents: ConnectedAgent[]) => events.onAgents(agents));
  connection.onNotification('approval', (question: ApprovalQuestion) => events.onApproval(question));
  connection.onNotification('approvalGone', (id: string, why: ApprovalEnd) => events.onApprovalGone(id, why));
  connection.onNotification('toolsSeen', (seen: ToolsSeen) => events.onToolsSeen(seen));
  connection.onNotification('log', (level: 'info' | 'warn' | 'error', message: string) => events.onLog(level, message));
  serveKeeper(connection, events.keeper);
  connection.listen();

  const call = <T>(method: string, ...parameters: unknown[]): Promise<T> =>
    connection.sendRequest<T>(method, ...parameters);
  await beforeTimeoutOrExit(call<void>('start', start), child);

  return {
    setPolicies: (files) => call('setPolicies', files),
    setToolPins: (pins) => call('setToolPins', pins),
    setCredentials: (set) => call('setCredentials', credentialsOntoPipe(set)),
    setFreeze: (state) => call('setFreeze', state),
    setAgents: (admission) => call('setAgents', admission),
    disconnectAgents: (ids) => call('disconnectAgents', ids),
    setWindow: (window) => call('setWindow', window),
    setNetwork: (network) => call('setNetwork', network),
    recordControl: (event) => call('recordControl', event),
    verify: (service, known, { candidate, signal } = {}) =>
      cancellable(signal, async (token) => {
        const verification = await call<VerificationOnPipe>(
          'verify',
          service,
          known ?? null,
          candidate ? ontoPipe(candidate) : null,
          token,
        );
        const { renewal, ...rest } = verification;
        return { ...rest, ...(renewal === undefined ? {} : { renewal: offPipe(renewal) }) };
      }),
    redeem: async (service, { candidate, code, verifier, redirectUri }) => {
      const redemption: RedemptionOnPipe = {
        candidate: ontoPipe(candidate),
        code: openOntoPipe(code),
        verifier: openOntoPipe(verifier),
        redirectUri,
      };
      const redeemed = await call<RedeemedOnPipe>('redeem', service, redemption);
      return 'renewal' in redeemed ? { renewal: offPipe(redeemed.renewal) } : redeemed;
    },
    tryCommand: (service, command, signal) =>
      cancellable(signal, async (token) => {
        const outcome = await call<CommandOutcomeOnPipe>('tryCommand', service, command, token);
        return 'value' in outcome ? offPipe(outcome) : outcome;
      }),
    explain: (asked, added) => call('explain', asked, added ?? null),
    perform: (asked, signal) => cancellable(signal, (token) => call('perform', asked, token)),
    status: () => call('status'),
    head: () => call('head'),
    answerApproval: (id, requestHash, answer) => call('answerApproval', id, requestHash, answer),
    settleAccessWish: (id, outcome) => call('settleAccessWish', id, outcome),
    dispose: () => connection.dispose(),
  };
}

/**
 * The gateway's end. `start` is called once, with the parent's settings and the events to report through; what it
 * returns obeys the parent from then on.
 */
export function serveParent(
  channel: NodeJS.Process,
  start: (settings: GatewayStart, events: GatewayEvents) => Promise<GatewayControl>,
): MessageConnection {
  const { reader, writer } = sealChannel(channel, 'gateway');
  const connection = createMessageConnection(reader, writer);
  const tell = (method: string, ...parameters: unknown[]): void => {
    // The pipe may just have closed; then this process is about to end and nobody is left to tell.
    connection.sendNotification(method, ...parameters).catch(() => undefined);
  };
  let starting: Promise<GatewayControl> | undefined;
  const started = (): Promise<GatewayControl> => starting ?? Promise.reject(new Error('the gateway was not started'));

  connection.onRequest('start', async (settings: GatewayStart) => {
    starting ??= start(settings, {
      keeper: keeperOverPipe(connection),
      onAudit: (event, line) => tell('audit', event, line),
      onAccessWish: (wish) => tell('accessWish', wish),
      onAgents: (agents) => tell('agents', agents),
      onApproval: (question) => tell('approval', question),
      onApprovalGone: (id, why) => tell('approvalGone', id, why),
      onToolsSeen: (seen) => tell('toolsSeen', seen),
      onLog: (level, message) => tell('log', level, message),
    });
    await starting;
  });
  connection.onRequest('setPolicies', async (files: PolicyFile[]) => (await started()).setPolicies(files));
  connection.onRequest('setCredentials', async (set: CredentialSetOnPipe) =>
    (await started()).setCredentials(credentialsOffPipe(set)),
  );
  connection.onRequest('setFreeze', async (state: FreezeState) => (await started()).setFreeze(state));
  connection.onRequest('setAgents', async (admission: AgentAdmission) => (await started()).setAgents(admission));
  connection.onRequest('disconnectAgents', async (ids: string[]) => (await started()).disconnectAgents(ids));
  connection.onRequest('setWindow', async (window: WindowInfo) => (await started()).setWindow(window));
  connection.onRequest('setNetwork', async (network: NetworkSettings) => (await started()).setNetwork(network));
  connection.onRequest('recordControl', async (event: ControlEvent) => (await started()).recordControl(event));
  connection.onRequest('setToolPins', async (pins: ServerPins[]) => (await started()).setToolPins(pins));
  connection.onRequest('head', async (): Promise<AuditHead> => (await started()).head());
  connection.onRequest(
    'verify',
    async (
      service: string,
      known: VerifyingRequest | null,
      candidate: CandidateOnPipe | null,
      token: CancellationToken,
    ) =>
      verificationOntoPipe(
        await (await started()).verify(service, known ?? undefined, {
          signal: signalOf(token),
          ...(candidate ? { candidate: offPipe(candidate) } : {}),
        }),
      ),
  );
  connection.onRequest<RedeemedOnPipe, void>(
    'redeem',
    async (service: string, redemption: RedemptionOnPipe): Promise<RedeemedOnPipe> => {
      const redeemed = await (await started()).redeem(service, {
        candidate: offPipe(redemption.candidate),
        code: new Secret(redemption.code),
        verifier: new Secret(redemption.verifier),
        redirectUri: redemption.redirectUri,
      });
      return 'renewal' in redeemed ? { renewal: ontoPipe(redeemed.renewal) } : redeemed;
    },
  );
  connection.onRequest<CommandOutcomeOnPipe, void>(
    'tryCommand',
    async (service: string, command: CredentialCommand, token: CancellationToken): Promise<CommandOutcomeOnPipe> => {
      const outcome = await (await started()).tryCommand(service, command, signalOf(token));
      return 'value' in outcome ? ontoPipe(outcome) : outcome;
    },
  );
  connection.onRequest('explain', async (asked: Call, added: WantedRule | null) =>
    (await started()).explain(asked, added ?? undefined),
  );
  connection.onRequest<Performed, void>('perform', async (asked: Call, token: CancellationToken) =>
    (await started()).perform(asked, signalOf(token)),
  );
  connection.onRequest<boolean, void>(
    'answerApproval',
    async (id: string, requestHash: string, answer: ApprovalAnswer) =>
      (await started()).answerApproval(id, requestHash, answer),
  );
  connection.onRequest('settleAccessWish', async (id: string, outcome: WishOutcome) =>
    (await started()).settleAccessWish(id, outcome),
  );
  connection.onRequest('status', async (): Promise<GatewayStatus> => (await started()).status());
  connection.listen();
  return connection;
}

/** The parent's end of what a gateway asks of it. */
function serveKeeper(connection: MessageConnection, keeper: CredentialKeeper | undefined): void {
  if (!keeper) return;
  connection.onRequest('leaseRenewal', async (service: string): Promise<LeaseOnPipe | null> => {
    const lease = await keeper.leaseRenewal(service);
    return lease ? ontoPipe(lease) : null;
  });
  connection.onRequest('storeRenewal', (lease: string, renewal: RenewalOnPipe) =>
    keeper.storeRenewal(lease, offPipe(renewal)),
  );
  connection.onRequest('releaseRenewal', (lease: string) => keeper.releaseRenewal(lease));
  connection.onRequest('session', async (wanted: SessionRequest): Promise<string | null> => {
    const value = await keeper.session(wanted);
    return value ? openOntoPipe(value) : null;
  });
}

/** The gateway's end of the same. */
function keeperOverPipe(connection: MessageConnection): CredentialKeeper {
  return {
    leaseRenewal: async (service) => {
      const lease = await connection.sendRequest<LeaseOnPipe | null>('leaseRenewal', service);
      return lease ? offPipe(lease) : undefined;
    },
    storeRenewal: (lease, renewal) => connection.sendRequest('storeRenewal', lease, ontoPipe(renewal)),
    releaseRenewal: (lease) => connection.sendRequest('releaseRenewal', lease),
    session: async (wanted) => {
      const value = await connection.sendRequest<string | null>('session', wanted);
      return value === null ? undefined : new Secret(value);
    },
  };
}

function credentialsOntoPipe(set: CredentialSet): CredentialSetOnPipe {
  return { ...set, current: set.current.map(ontoPipe), retired: set.retired.map(ontoPipe) };
}

function credentialsOffPipe(set: CredentialSetOnPipe): CredentialSet {
  return { ...set, current: set.current.map(offPipe), retired: set.retired.map(offPipe) };
}

function verificationOntoPipe({ renewal, ...rest }: Verification): VerificationOnPipe {
  return { ...rest, ...(renewal === undefined ? {} : { renewal: ontoPipe(renewal) }) };
}

/** Whatever has a value, as it travels. */
function ontoPipe<T extends { readonly value: Secret }>(entry: T): Omit<T, 'value'> & { readonly value: string } {
  return { ...entry, value: openOntoPipe(entry.value) };
}

function offPipe<T extends { readonly value: string }>(entry: T): Omit<T, 'value'> & { readonly value: Secret } {
  return { ...entry, value: new Secret(entry.value) };
}

/** The one way of a value onto the pipe. */
function openOntoPipe(value: Secret): string {
  return value.expose('pipe');
}

/** An abort becomes a cancellation on the pipe, and that an abort again at its other end. */
async function cancellable<T>(
  signal: AbortSignal | undefined,
  ask: (token: CancellationToken) => Promise<T>,
): Promise<T> {
  const source = new CancellationTokenSource();
  const cancel = (): void => source.cancel();
  if (signal?.aborted) cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    return await ask(source.token);
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}

async function beforeTimeoutOrExit<T>(answer: Promise<T>, child: ChildProcess): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onExit: ((code: number | null) => void) | undefined;
  const failure = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the gateway did not start within ${START_TIMEOUT_MS / 1000} s`)),
      START_TIMEOUT_MS,
    );
    onExit = (code) => reject(new Error(`the gateway ended while starting (exit status ${code ?? 'none'})`));
    child.once('exit', onExit);
  });
  try {
    return await Promise.race([answer, failure]);
  } finally {
    clearTimeout(timer);
    if (onExit) child.off('exit', onExit);
  }
}
