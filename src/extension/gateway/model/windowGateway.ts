import path from 'node:path';
import type { GatewayEvents } from '../../../gateway/control/controlPort.ts';
import { installationKey } from '../../state/installationKey.ts';
import { STORAGE_FOLDERS } from '../../state/storageFolders.ts';
import { after } from '../../util/after.ts';
import type { SecretPort } from '../../util/ports.ts';
import { Backoff } from './backoff.ts';
import { GatewaySupervisor } from './gatewaySupervisor.ts';
import type { SettingSources } from './settingSender.ts';

export interface WindowGatewayInputs {
  /** Absolute path of `dist/gateway.js`. */
  readonly script: string;
  readonly runtimeDir: string;
  /** The extension's global storage; audit files go below it. */
  readonly storage: string;
  readonly extensionVersion: string;
  readonly secrets: SecretPort;
}

/** This window's gateway, as a real process under a supervisor. */
export function windowGateway(
  { script, runtimeDir, storage, extensionVersion, secrets }: WindowGatewayInputs,
  parts: SettingSources,
  events: GatewayEvents,
): GatewaySupervisor {
  return new GatewaySupervisor(
    {
      start: async () => {
        // Loaded late: with its JSON-RPC it would be a good part of what activation costs.
        const { startGatewayProcess } = await import('./gatewayProcess.ts');
        const requestHashKey = await installationKey(secrets, 'requestHash');
        const auditDir = path.join(storage, STORAGE_FOLDERS.audit);
        return startGatewayProcess(script, { runtimeDir, auditDir, extensionVersion, requestHashKey }, events);
      },
      after,
      now: Date.now,
      log: (level, message) => events.onLog(level, message),
    },
    parts,
    new Backoff(),
  );
}
