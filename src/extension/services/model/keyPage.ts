import { env, l10n, Uri, window } from 'vscode';
import type { Service } from '../../../core/policy/model/service.ts';
import { findKnownService } from '../../../core/services/knownService.ts';
import { KNOWN_SERVICES } from '../../../core/services/knownServices.ts';

/** Where the provider of this service makes and revokes credentials, if that is known. */
export function keyPageOf(service: Service | undefined): string | undefined {
  return service && findKnownService(service, KNOWN_SERVICES)?.keyPage;
}

export async function openKeyPage(keyPage: string): Promise<void> {
  await env.openExternal(Uri.parse(keyPage, true));
}

/** A toast that also offers the provider's key page, and other ways on, each of which asks its own questions. */
export async function notifyWithKeyPage(
  message: string,
  keyPage: string | undefined,
  others: readonly { readonly label: string; run(): Promise<void> }[] = [],
): Promise<void> {
  const open = l10n.t('Open Key Page');
  const labels = [...others.map(({ label }) => label), ...(keyPage === undefined ? [] : [open])];
  const chosen = await window.showInformationMessage(message, ...labels);
  if (chosen === open && keyPage !== undefined) await openKeyPage(keyPage);
  await others.find(({ label }) => label === chosen)?.run();
}
