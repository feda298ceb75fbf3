import { setTimeout as pause } from 'node:timers/promises';
import { l10n, window } from 'vscode';
import type { CheckupParts, FreezeParts, GatewayPart } from '../../app/parts.ts';
import { confirmInModal, reportFailure } from '../../ui/confirm.ts';

/** A freeze that takes longer than this is no kill switch: 60 seconds, as the tenth point has it. */
const TOO_LONG_MS = 60_000;
const LOOK_EVERY_MS = 10;

/**
 * Freezes everything, measures until the gateway itself says that all services are frozen, and lifts the freeze again,
 * as the user agreed to before. If anything goes wrong in between, everything stays frozen.
 */
export async function testKillSwitch(app: CheckupParts & FreezeParts & GatewayPart): Promise<void> {
  if (app.freeze.state.all || app.freeze.state.services.length > 0) {
    void window.showInformationMessage(l10n.t('Access is already frozen. Unfreeze first, then run the test.'));
    return;
  }
  const agreed = await confirmInModal({
    warning: true,
    message: l10n.t('Test the kill switch?'),
    detail: l10n.t(
      'All access is frozen in every window until the gateway confirms it, then unfrozen at once. Calls in progress are stopped, and agents get an error for them. If something goes wrong, everything stays frozen.',
    ),
    action: l10n.t('Freeze and Unfreeze'),
  });
  if (!agreed) return;
  const begun = performance.now();
  await app.freeze.freezeAll();
  const frozen = await frozenWithin(app, begun);
  await app.gateway.record({ action: 'freeze' });
  if (!frozen) {
    return reportFailure(
      l10n.t('The gateway did not confirm the freeze.'),
      l10n.t('Everything stays frozen. “Show Status” shows the state of the gateway; unfreeze when you are ready.'),
    );
  }
  const ms = Math.round(performance.now() - begun);
  await app.freeze.unfreeze();
  await app.gateway.record({ action: 'unfreeze' });
  await app.killSwitchTests.note({ at: Date.now(), ms });
  await app.checkup.run();
  void window.showInformationMessage(
    l10n.t('Every agent was cut off within {0} ms. Access is back to what it was.', ms),
  );
}

async function frozenWithin(app: GatewayPart, begun: number): Promise<boolean> {
  while (performance.now() - begun < TOO_LONG_MS) {
    const { services } = await app.gateway.ask((control) => control.status());
    if (services.every(({ status }) => status === 'frozen')) return true;
    await pause(LOOK_EVERY_MS);
  }
  return false;
}
