import type { App } from '../../app/app.ts';

/** Opens the Audit Explorer, or brings it to the front. */
export async function openAuditExplorer(app: App): Promise<void> {
  await app.explorer.open(app);
}
