import type { App } from '../../app/app.ts';

/** Shows Valet Key's own log. */
export async function showLog(app: App): Promise<void> {
  app.log.show(true);
}
