import { type Command, l10n, ThemeColor, ThemeIcon } from 'vscode';
import type { PolicyLocations } from '../../policy/model/policyLocations.ts';
import { policyStatusText } from '../../policy/model/policyStatusText.ts';
import { Row } from '../../ui/row.ts';
import type { Concern } from '../model/concerns.ts';
import { attention, pendingText } from './commonNodes.ts';

/** Something that concerns all services, as a row whose click or Enter is the way on. */
export class ConcernNode extends Row {
  constructor(concern: Concern, locations: Pick<PolicyLocations, 'uriOf'>) {
    const { action, state, sentence, icon, command, args = [] } = presentationOf(concern, locations);
    // The way on first: what is said behind it is cut off in a narrow side bar.
    super({ label: action, description: state, lines: [sentence], spoken: [action, sentence] });
    this.id = 'entry' in concern ? `concern:${concern.kind}:${concern.entry.id}` : `concern:${concern.kind}`;
    this.iconPath = icon;
    this.contextValue = `concern.${concern.kind}`;
    this.command = { command, title: action, arguments: [...args] } satisfies Command;
  }
}

interface Presentation {
  /** What a click does. */
  readonly action: string;
  /** What is the matter, in a few words. */
  readonly state: string;
  /** The same in full. */
  readonly sentence: string;
  readonly icon: ThemeIcon;
  readonly command: string;
  readonly args?: readonly unknown[];
}

function presentationOf(concern: Concern, locations: Pick<PolicyLocations, 'uriOf'>): Presentation {
  switch (concern.kind) {
    case 'untrusted':
      return {
        action: l10n.t('Manage Trust'),
        state: l10n.t('not trusted: every call is refused'),
        sentence: l10n.t('This workspace is not trusted, so every call from it is refused.'),
        icon: attention('workspace-untrusted'),
        command: 'workbench.trust.manage',
      };
    case 'frozen':
      return {
        action: l10n.t('Unfreeze'),
        state: l10n.t('all access is frozen'),
        sentence: l10n.t('All access is frozen. Agents cannot call anything in any window.'),
        icon: alarm('lock'),
        command: 'valetKey.unfreeze',
      };
    case 'gatewayDown':
      return {
        action: l10n.t('Restart Gateway'),
        state: l10n.t('not running: every call is refused'),
        sentence: l10n.t('The gateway is not running, so every call is refused. Valet Key is restarting it.'),
        icon: alarm('debug-disconnect'),
        command: 'valetKey.restartGateway',
      };
    case 'administratorBroken':
      return {
        action: l10n.t('Show Status'),
        state: l10n.t('the administrator’s policy cannot be read'),
        sentence: l10n.t('The administrator’s policy cannot be read, so every call is refused.'),
        icon: alarm('error'),
        command: 'valetKey.showStatus',
      };
    case 'policyBroken': {
      const { entry } = concern;
      const unreadable = entry.unreadable !== undefined;
      return {
        action: unreadable ? l10n.t('Show Status') : l10n.t('Open {0}', entry.label),
        state: unreadable ? l10n.t('{0} cannot be read', entry.label) : l10n.t('it has errors'),
        sentence: policyStatusText(entry) ?? '',
        icon: attention('warning'),
        ...(unreadable
          ? { command: 'valetKey.showStatus' }
          : { command: 'vscode.open', args: [locations.uriOf(entry.id)] }),
      };
    }
    case 'policyMissing': {
      const { entry } = concern;
      const waits = entry.pending.length > 0;
      return {
        action: waits ? l10n.t('Review and Apply') : l10n.t('Open Policy File'),
        state: l10n.t('{0} is missing', entry.label),
        sentence: policyStatusText(entry) ?? '',
        icon: attention('warning'),
        ...(waits
          ? { command: 'valetKey.reviewPolicyChanges', args: [locations.uriOf(entry.id)] }
          : { command: 'valetKey.openPolicyFile' }),
      };
    }
    case 'pendingChanges':
      return {
        action: l10n.t('Review and Apply'),
        state: pendingText(concern.count),
        sentence: `${pendingText(concern.count)}.`,
        icon: attention('git-pull-request'),
        command: 'valetKey.reviewPolicyChanges',
      };
    case 'plainSecrets':
      return {
        action: l10n.t('Move Secrets'),
        state:
          concern.count === 1 ? l10n.t('1 secret in plain text') : l10n.t('{0} secrets in plain text', concern.count),
        sentence:
          concern.count === 1
            ? l10n.t('MCP configurations hold 1 secret in plain text. Every agent can read it.')
            : l10n.t('MCP configurations hold {0} secrets in plain text. Every agent can read them.', concern.count),
        icon: attention('key'),
        command: 'valetKey.moveSecrets',
      };
  }
}

function alarm(icon: string): ThemeIcon {
  return new ThemeIcon(icon, new ThemeColor('list.errorForeground'));
}
