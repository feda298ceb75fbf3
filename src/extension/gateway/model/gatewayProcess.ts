import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { GatewayEvents } from '../../../gateway/control/controlPort.ts';
import { connectGateway, type GatewayStart } from '../../../gateway/control/pipe.ts';
import { gatewayEnvironment } from './childEnvironment.ts';
import type { GatewayRun } from './gatewaySupervisor.ts';

/** How long a gateway may take to end by itself once its pipe is closed: 2 seconds. */
const END_WITHIN_MS = 2000;

/** How long messages that have arrived may take to be read, one in each turn of the event loop: 50 milliseconds. */
const LAST_WORDS_MS = 50;

/**
 * Forks the gateway and connects to it over the private pipe. stdin and stdout are closed: what goes over stdio
 * streams could be seen by an extension that patches `net.Socket`. SIGUSR1 would open Node's inspector, so it is
 * switched off (`--disable-sigusr1`, Node 22.14 and later: https://nodejs.org/api/cli.html#--disable-sigusr1).
 */
export async function startGatewayProcess(
  modulePath: string,
  settings: GatewayStart,
  events: GatewayEvents,
): Promise<GatewayRun> {
  const child = fork(modulePath, [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: ['--disable-sigusr1'],
    env: gatewayEnvironment(process.env),
    detached: false,
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => {
      const reason = signal ? `signal ${signal}` : `exit status ${code ?? 'unknown'}`;
      // What it said last may still be in the pipe, a renewed refresh token for one: the pipe is heard to its end.
      const heard = (): void => void setTimeout(resolve, LAST_WORDS_MS, reason);
      if (!child.connected) return heard();
      child.once('disconnect', heard);
      setTimeout(resolve, END_WITHIN_MS, reason).unref();
    });
  });
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => events.onLog('warn', `gateway: ${line}`));
  }
  try {
    const control = await connectGateway(child, settings, events);
    return {
      control,
      ended,
      dispose: () => {
        control.dispose();
        end(child);
      },
    };
  } catch (error) {
    end(child);
    throw error;
  }
}

/** Closing the pipe is the order to end; a process that does not obey is killed. */
function end(child: ChildProcess): void {
  if (child.connected) child.disconnect();
  if (child.exitCode !== null || child.signalCode !== null) return;
  const timer = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
  timer.unref();
  child.once('exit', () => clearTimeout(timer));
}
