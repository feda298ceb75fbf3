import type { ChildProcess } from 'node:child_process';
import {
  type CancellationToken,
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
} from 'vscode-jsonrpc';
import type { AuditEvent } from '../core/audit/model.ts';
import { Secret } from '../core/secret.ts';
import type { Call } from '../protocol/messages.ts';
import type {
  AccessWish,
  AgentAdmission,
  AuditHead,
  Candidate,
  ConnectedAgent,
  ControlEvent,
  Credential,
  CredentialSet,
  FreezeState,
  GatewayControl,
  GatewayEvents,
  GatewayStatus,
  NetworkSettings,
  Performed,
  PolicyFile,
  RetiredCredential,
  VerifyingRequest,
  WindowInfo,
} from './parent.ts';
import { sealChannel } from './sealedChannel.ts';

/**
 * The private pipe: the two ends of `fork`'s IPC channel, which has no name and no file, sealed. Only this file puts a
 * credential on it, and only in the direction from the parent to the gateway.
 */

/** What a gateway needs before it can listen. Paths and versions only. */
export interface GatewayStart {
  /** Where rendezvous files and sockets live; see broker/runtimeDir.ts. */
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
interface CredentialSetOnPipe {
  readonly current: readonly CredentialOnPipe[];
  readonly retired: readonly RetiredOnPipe[];
  readonly revoked: readonly string[];
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
  connection.onNotification('log', (level: 'info' | 'warn' | 'error', message: string) => events.onLog(level, message));
  connection.listen();

  const call = <T>(method: string, ...parameters: unknown[]): Promise<T> =>
    connection.sendRequest<T>(method, ...parameters);
  await beforeTimeoutOrExit(call<void>('start', start), child);

  return {
    setPolicies: (files) => call('setPolicies', files),
    setCredentials: (set) => call('setCredentials', credentialsOntoPipe(set)),
    setFreeze: (state) => call('setFreeze', state),
    setAgents: (admission) => call('setAgents', admission),
    disconnectAgents: (ids) => call('disconnectAgents', ids),
    setWindow: (window) => call('setWindow', window),
    setNetwork: (network) => call('setNetwork', network),
    recordControl: (event) => call('recordControl', event),
    verify: (service, known, { candidate, signal } = {}) =>
      cancellable(signal, (token) => call('verify', service, known ?? null, candidateOntoPipe(candidate), token)),
    explain: (asked) => call('explain', asked),
    perform: (asked, signal) => cancellable(signal, (token) => call('perform', asked, token)),
    status: () => call('status'),
    head: () => call('head'),
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
      onAudit: (event, line) => tell('audit', event, line),
      onAccessWish: (wish) => tell('accessWish', wish),
      onAgents: (agents) => tell('agents', agents),
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
  connection.onRequest('head', async (): Promise<AuditHead> => (await started()).head());
  connection.onRequest(
    'verify',
    async (
      service: string,
      known: VerifyingRequest | null,
      candidate: CandidateOnPipe | null,
      token: CancellationToken,
    ) =>
      (await started()).verify(service, known ?? undefined, {
        signal: signalOf(token),
        ...candidateOffPipe(candidate),
      }),
  );
  connection.onRequest('explain', async (asked: Call) => (await started()).explain(asked));
  connection.onRequest<Performed, void>('perform', async (asked: Call, token: CancellationToken) =>
    (await started()).perform(asked, signalOf(token)),
  );
  connection.onRequest('status', async (): Promise<GatewayStatus> => (await started()).status());
  connection.listen();
  return connection;
}

function credentialsOntoPipe(set: CredentialSet): CredentialSetOnPipe {
  const open = <T extends { readonly value: Secret }>(entry: T): Omit<T, 'value'> & { value: string } => ({
    ...entry,
    value: openOntoPipe(entry.value),
  });
  return { current: set.current.map(open), retired: set.retired.map(open), revoked: set.revoked };
}

function credentialsOffPipe(set: CredentialSetOnPipe): CredentialSet {
  const close = <T extends { readonly value: string }>(entry: T): Omit<T, 'value'> & { value: Secret } => ({
    ...entry,
    value: new Secret(entry.value),
  });
  return { current: set.current.map(close), retired: set.retired.map(close), revoked: set.revoked };
}

function candidateOntoPipe(candidate: Candidate | undefined): CandidateOnPipe | null {
  return candidate ? { ...candidate, value: openOntoPipe(candidate.value) } : null;
}

function candidateOffPipe(candidate: CandidateOnPipe | null): { readonly candidate?: Candidate } {
  return candidate ? { candidate: { ...candidate, value: new Secret(candidate.value) } } : {};
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
