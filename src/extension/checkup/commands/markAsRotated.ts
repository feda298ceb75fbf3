import { l10n } from 'vscode';
import { secretKind } from '../../../core/checkup/secrets/secretKind.ts';
import type { CheckupParts } from '../../app/parts.ts';
import { openKeyPage } from '../../services/model/keyPage.ts';
import { confirmInModal } from '../../ui/confirm.ts';
import { localized } from '../../util/localized.ts';
import { findingOfNode } from '../views/findingNode.ts';

/** The user says that what was in plain text is rotated, or need not be. */
export async function markAsRotated(app: CheckupParts, argument: unknown): Promise<void> {
  const exposure = exposureOf(app, argument);
  if (!exposure) return;
  const agreed = await confirmInModal({
    warning: true,
    message: l10n.t('Mark this {0} as rotated?', localized(secretKind(exposure.kind))),
    detail: l10n.t(
      'It was stored in plain text in {0}. If it is still valid, anyone who read it there can use it. The finding is removed and will not come back.',
      exposure.file,
    ),
    action: l10n.t('Mark as Rotated'),
  });
  if (!agreed) return;
  await app.exposures.remove(new Set([exposure.id]));
  await app.checkup.run();
}

/** Opens the provider's page where such credentials are made and revoked. */
export async function openFindingKeyPage(app: CheckupParts, argument: unknown): Promise<void> {
  const keyPage = exposureOf(app, argument)?.keyPage;
  if (keyPage !== undefined) await openKeyPage(keyPage);
}

function exposureOf(app: CheckupParts, argument: unknown) {
  const id = findingOfNode(argument);
  return id === undefined ? undefined : app.checkup.finding(id)?.exposure;
}
