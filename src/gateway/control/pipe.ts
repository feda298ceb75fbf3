import type { ChildProcess } from 'node:child_process';
import {
  type CancellationToken,
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
} from 'vscode-jsonrpc';
import type { GatewayControl, GatewayEvents, TokenStore } from './controlPort.ts';
import { type Cargo, type Packed, pack, unpack } from './packed.ts';
import { sealChannel } from './sealedChannel.ts';

/**
 * The private pipe: the two ends of `fork`'s IPC channel, which has no name and no file, sealed. It carries the methods of
 * `controlPort.ts` as they are, so that a new one is only named here. Credentials go over it from the host to the gateway,
 * and back when the gateway renewed one.
 */

/** What a gateway needs before it can listen. Paths and versions only. */
export interface GatewayStart {
  /** Where discovery files and sockets live; see src/protocol/runtimeDir.ts. */
  readonly runtimeDir: string;
  /** Where this run's audit files go. */
  readonly auditDir: string;
  readonly extensionVersion: string;
  /** Hex key of the installation for `requestHash`; stays the same across runs so that hashes can be compared. */
  readonly requestHashKey?: string;
}

/** What each method carries, there and back. */
type Cargoes<Port> = Record<keyof Port & string, Cargo>;

const CONTROL: Cargoes<GatewayControl> = {
  set: 'credentials',
  recordControl: 'plain',
  verify: 'credentials',
  redeem: 'credentials',
  tryCommand: 'credentials',
  explain: 'plain',
  perform: 'plain',
  status: 'plain',
  disconnectAgents: 'plain',
  answerApproval: 'plain',
  settleAccessRequest: 'plain',
  head: 'plain',
};

const TOKEN_STORE: Cargoes<TokenStore> = {
  leaseRenewal: 'credentials',
  storeRenewal: 'credentials',
  releaseRenewal: 'plain',
  session: 'credentials',
};

type Events = Omit<GatewayEvents, 'tokenStore'>;
const EVENTS: Cargoes<Events> = {
  onAudit: 'plain',
  onAccessRequest: 'plain',
  onAgents: 'plain',
  onApproval: 'plain',
  onApprovalGone: 'plain',
  onToolsSeen: 'plain',
  onServersChanged: 'plain',
  onLog: 'plain',
};

/** Seconds that a freshly forked gateway has to answer `start`. */
const START_TIMEOUT_MS = 15_000;

/** The host's end: starts the gateway in `child` and resolves when it listens. Rejects when it cannot. */
export async function connectGateway(
  child: ChildProcess,
  start: GatewayStart,
  events: GatewayEvents,
): Promise<GatewayControl & { dispose(): void }> {
  const { reader, writer } = sealChannel(child, 'host');
  const connection = createMessageConnection(reader, writer);
  connection.onNotification('event', (name: string, packed: Packed) => {
    if (Object.hasOwn(EVENTS, name)) invoke(events, name, unpack(packed));
  });
  if (events.tokenStore) serve(connection, TOKEN_STORE, () => events.tokenStore);
  connection.listen();
  await beforeTimeoutOrExit(request(connection, 'start', 'plain', [start]), child);
  return { ...remote(connection, CONTROL), dispose: () => connection.dispose() };
}

/**
 * The gateway's end. `start` is called once, with the host's settings and the events to report through; what it
 * returns obeys the host from then on.
 */
export function serveHost(
  channel: NodeJS.Process,
  start: (settings: GatewayStart, events: GatewayEvents) => Promise<GatewayControl>,
): MessageConnection {
  const { reader, writer } = sealChannel(channel, 'gateway');
  const connection = createMessageConnection(reader, writer);
  let starting: Promise<GatewayControl> | undefined;
  const starter = {
    start: async (settings: GatewayStart): Promise<void> => {
      starting ??= start(settings, { ...events(connection), tokenStore: remote(connection, TOKEN_STORE) });
      await starting;
    },
  };
  serve(connection, { start: 'plain' }, () => starter);
  serve(connection, CONTROL, () => starting ?? Promise.reject(new Error('the gateway was not started')));
  connection.listen();
  return connection;
}

/** Answers each of these methods by the port's. An argument that was left out is undefined again. */
function serve<Port>(
  connection: MessageConnection,
  cargoes: Cargoes<Port>,
  port: () => Port | undefined | Promise<Port>,
): void {
  for (const [name, cargo] of Object.entries<Cargo>(cargoes)) {
    connection.onRequest(name, async (packed: Packed, token: CancellationToken): Promise<Packed> => {
      const { value, secrets, signals } = pack(
        await invoke(await port(), name, unpack(packed, signalOf(token))),
        cargo,
      );
      return { value: value ?? null, secrets, signals };
    });
  }
}

/** The port at the other end. */
function remote<Port>(connection: MessageConnection, cargoes: Cargoes<Port>): Port {
  const methods = Object.entries<Cargo>(cargoes).map(([name, cargo]) => [
    name,
    (...args: unknown[]) => request(connection, name, cargo, args),
  ]);
  return Object.fromEntries(methods) as Port;
}

/** The events of the other end. */
function events(connection: MessageConnection): Events {
  const methods = Object.entries(EVENTS).map(([name, cargo]) => [
    name,
    (...args: unknown[]): void => {
      // The pipe may just have closed; then this process is about to end and nobody is left to hear it.
      connection.sendNotification('event', name, pack(args, cargo)).catch(() => undefined);
    },
  ]);
  return Object.fromEntries(methods) as Events;
}

async function request(
  connection: MessageConnection,
  name: string,
  cargo: Cargo,
  args: readonly unknown[],
): Promise<unknown> {
  const { signal, ...packed } = pack(args, cargo);
  const answer = await cancellable(signal, (token) => connection.sendRequest<Packed>(name, packed, token));
  return unpack(answer) ?? undefined;
}

function invoke(port: unknown, name: string, args: unknown): unknown {
  const method: unknown = Reflect.get(Object(port), name);
  if (typeof method !== 'function' || !Array.isArray(args)) throw new Error(`there is no ${name}`);
  return Reflect.apply(
    method,
    port,
    args.map((argument: unknown) => argument ?? undefined),
  );
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

async function beforeTimeoutOrExit(answer: Promise<unknown>, child: ChildProcess): Promise<void> {
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
    await Promise.race([answer, failure]);
  } finally {
    clearTimeout(timer);
    if (onExit) child.off('exit', onExit);
  }
}
