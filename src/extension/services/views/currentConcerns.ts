import { workspace } from 'vscode';
import type { App } from '../../app/app.ts';
import { plainSecrets } from '../../checkup/scan/report.ts';
import { type Concern, concernsOf } from '../model/concerns.ts';

/** What concerns all services of this window now. */
export function currentConcerns(app: App): readonly Concern[] {
  const { report } = app.checkup;
  return concernsOf({
    trusted: workspace.isTrusted,
    frozen: app.freeze.state.all,
    gateway: app.gateway.health.state,
    administrator: app.administrator.state.kind,
    entries: app.policies.entries(),
    plainSecrets: report ? plainSecrets(report).length : 0,
  });
}
