import type { GatewayControl } from './control/controlPort.ts';
import { serveHost } from './control/pipe.ts';
import { type RunningGateway, startGateway } from './startGateway.ts';

/**
 * The private child process: everything it knows comes over the pipe from the host that forked it, and it ends when
 * that pipe closes, whatever is under way.
 */
export function runGateway(): void {
  // Without a handler the signal opens the inspector, through which any process of this user could read the memory.
  process.on('SIGUSR1', () => undefined);
  if (process.channel === undefined || process.channel === null) {
    process.stderr.write(
      'This is the gateway of Valet Key; VS Code starts it. From a terminal: node dist/cli.js serve --help\n',
    );
    process.exit(2);
  }
  let running: RunningGateway | undefined;
  let ending = false;
  const end = async (): Promise<void> => {
    if (ending) return;
    ending = true;
    // Whatever goes wrong with its last words, it does not outlive its host by a second.
    setTimeout(() => process.exit(1), 500).unref();
    await running?.close();
    process.exit(0);
  };
  process.on('disconnect', () => void end());
  process.on('SIGTERM', () => void end());
  process.on('SIGINT', () => undefined); // Ctrl+C in a terminal reaches the whole group; the host decides

  serveHost(process, async (settings, events): Promise<GatewayControl> => {
    const gateway = await startGateway(settings, events, __filename);
    process.on('uncaughtException', (error) => gateway.log('error', `Unexpected: ${error.stack ?? error.message}`));
    running = gateway;
    return running.control;
  });
}
