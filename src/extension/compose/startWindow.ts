import { presentRuns } from '../audit/model/auditLogCheck.ts';
import { recallHistory } from '../audit/model/recallHistory.ts';
import { systemCertificates } from '../gateway/model/networkSettings.ts';
import { prepareInstallationKeys, SETTLE_MS } from '../state/installationKey.ts';
import { after, pause } from '../util/after.ts';
import type { WindowParts } from './compose.ts';
import { installLauncher } from './composeAgents.ts';
import type { Host } from './host.ts';

/** A window that opens has more urgent things to do: 10 seconds. */
const VERIFY_AFTER_MS = 10_000;

/** Reads what is stored, starts the gateway, and begins what can wait until it runs. */
export async function startWindow(host: Host, parts: WindowParts): Promise<void> {
  const { context, failed } = host;
  try {
    await startGateway(host, parts);
  } catch (error) {
    failed(error);
  }
  const { app, followCheckup } = parts;
  const verify = async (): Promise<void> =>
    (await import('../services/commands/verifyCredential.ts')).verifyStored(app);
  context.subscriptions.push(
    after(VERIFY_AFTER_MS, () => void verify().catch(failed)),
    // Whoever opens a window waits for the editor, not for us.
    followCheckup(failed, [
      (changed) => app.credentials.onDidChange(changed),
      (changed) => app.policies.onDidChange(changed),
    ]),
  );
}

async function startGateway(host: Host, { app, launcher, history, useCertificates }: WindowParts): Promise<void> {
  const { context, failed, auditChannel } = host;
  const { locations, policies, gateway, audit } = app;
  await prepareInstallationKeys(context.secrets, () => pause(SETTLE_MS));
  // Not sooner: whoever opens a window waits for `activate`. What changes while the files are read is seen.
  context.subscriptions.push(locations.watch(policies, failed));
  installLauncher(host, launcher);
  await Promise.all([
    app.freeze.load(),
    app.agentStore.load(),
    app.toolPins.load(),
    app.credentials.load(),
    policies.setSources(locations.sources()),
    app.administrator.refresh(),
    // Before this window's gateway adds to it.
    recallHistory(history, app.activity, auditChannel).catch(failed),
  ]);
  await gateway.start();
  await audit.anchors.forgetOld(presentRuns(audit.directory));
  useCertificates(await systemCertificates());
  await gateway.push('network');
}
