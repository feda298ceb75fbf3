import { Secret } from '../../src/core/secret.ts';
import type { GatewayControl } from '../../src/gateway/control/controlPort.ts';
import { serveHost } from '../../src/gateway/control/pipe.ts';

// A gateway that renews a credential and is killed right after it said so, while its parent is busy.
serveHost(process, async (_settings, events) => {
  setTimeout(() => {
    events.onLog('info', 'be busy');
    for (let line = 0; line < 20; line += 1) events.onLog('info', `line ${line}`);
    void events.tokenStore?.storeRenewal('lease', { value: new Secret('the next refresh token') });
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 100);
  }, 50);
  return {} as GatewayControl;
});
