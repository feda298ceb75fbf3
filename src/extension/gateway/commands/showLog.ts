import type { WindowParts } from '../../app/parts.ts';

/** Shows Valet Key's own log. */
export async function showLog(app: WindowParts): Promise<void> {
  app.log.show(true);
}
