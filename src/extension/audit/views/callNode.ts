import { l10n, ThemeColor, ThemeIcon } from 'vscode';
import { Row } from '../../ui/row.ts';
import { type Activity, wantsRule } from '../model/activity.ts';
import { agentText } from './agentText.ts';
import { blockedText, reasonText, remedyText } from './reasonText.ts';

/** One call of an agent. */
export class CallNode extends Row {
  readonly call: Activity;

  constructor(call: Activity) {
    const what = callText(call);
    super({
      label: what,
      // The outcome first: a narrow side bar cuts the end.
      description: [resultText(call), call.service].filter(Boolean).join(' · '),
      lines: [
        what,
        call.service === '' ? '' : l10n.t('Service: {0}', call.service),
        l10n.t('Agent: {0}', agentText(call.agent)),
        l10n.t('Time: {0}', new Date(call.time).toLocaleString()),
        l10n.t('Result: {0}', resultText(call)),
        ...(call.result.kind === 'blocked' ? [remedyText(call.result) ?? ''] : []),
      ],
    });
    this.call = call;
    this.id = call.id;
    this.iconPath = resultIcon(call);
    this.contextValue = `call.${call.result.kind}${wantsRule(call) ? '.policy' : ''}`;
  }
}

/** What a call was, in short: its request, or what else an agent asked for. */
export function callText({ method, path, subject = '' }: Activity): string {
  const [, more] = /^(\d+) more refused calls$/.exec(subject) ?? [];
  if (more !== undefined) return l10n.t('{0} more refused calls', more);
  return `${method} ${path}`.trim() || subject;
}

/** How a call went, and when. */
export function lastCallText(call: Activity): string {
  return `${resultText(call)}, ${new Date(call.time).toLocaleTimeString(undefined, { timeStyle: 'short' })}`;
}

function resultText({ result }: Activity): string {
  switch (result.kind) {
    case 'under-way':
      return l10n.t('in progress');
    case 'unknown':
      return l10n.t('outcome not recorded');
    case 'answered':
      return `${result.status} · ${result.durationMs} ms`;
    case 'ran':
      return `${result.result === 'ok' ? l10n.t('ok') : l10n.t('the tool failed')} · ${result.durationMs} ms`;
    case 'failed':
      return l10n.t('failed: {0}', reasonText(result.code));
    case 'waited':
      return l10n.t('waited for your approval');
    case 'blocked':
      return l10n.t('blocked: {0}', blockedText(result));
  }
}

function resultIcon({ result }: Activity): ThemeIcon {
  switch (result.kind) {
    case 'under-way':
      return new ThemeIcon('loading~spin');
    case 'unknown':
      return new ThemeIcon('question', new ThemeColor('list.warningForeground'));
    case 'answered':
      return result.status < 400
        ? new ThemeIcon('pass', new ThemeColor('testing.iconPassed'))
        : new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
    case 'ran':
      return result.result === 'ok'
        ? new ThemeIcon('pass', new ThemeColor('testing.iconPassed'))
        : new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
    case 'failed':
      return new ThemeIcon('error', new ThemeColor('list.errorForeground'));
    case 'waited':
      return new ThemeIcon('clock');
    case 'blocked':
      return new ThemeIcon('circle-slash', new ThemeColor('list.errorForeground'));
  }
}
