import { l10n, ThemeColor, ThemeIcon } from 'vscode';
import { Row } from '../../ui/row.ts';
import { clientOf } from '../model/agentClients.ts';
import { agentLabel } from '../model/agentLabel.ts';
import type { Agent } from '../model/agentList.ts';
import { EDITOR_ENTRY } from '../model/agentStore.ts';

/** An agent that is connected. */
export class AgentNode extends Row {
  readonly agent: Agent;

  constructor(agent: Agent) {
    const counts = countsText(agent);
    super({
      label: agent.name,
      description: [agent.state === 'allowed' ? '' : stateText(agent), counts, ownName(agent)]
        .filter(Boolean)
        .join(' · '),
      lines: [
        agent.name,
        stateText(agent),
        l10n.t('Calls itself: {0}', ownName(agent)),
        originText(agent),
        l10n.t('Connected since {0}', new Date(agent.since).toLocaleString()),
        counts,
        agent.lastCall === undefined ? '' : l10n.t('Last call: {0}', new Date(agent.lastCall).toLocaleString()),
        agent.connections.length > 1 ? l10n.t('{0} connections', agent.connections.length) : '',
        agent.pids.length > 0 ? l10n.t('Process: {0}', agent.pids.join(', ')) : '',
      ],
    });
    this.agent = agent;
    this.id = agent.key;
    this.iconPath = stateIcon(agent);
    this.contextValue = `agent.${agent.state}${agent.entry === EDITOR_ENTRY ? '' : '.other'}`;
    if (agent.state === 'waiting') {
      this.command = { command: 'valetKey.allowAgent', title: l10n.t('Allow Agent'), arguments: [this] };
    }
  }
}

/** The agent that a command was started on, if it was started on one. */
export function agentOfNode(argument: unknown): Agent | undefined {
  return argument instanceof AgentNode ? argument.agent : undefined;
}

/** The agent's own name and version. */
export function ownName({ rawName, version }: Agent): string {
  const name = rawName === '' ? l10n.t('(no name)') : agentLabel(rawName);
  return version === undefined ? name : `${name} ${agentLabel(version)}`;
}

export function stateText({ state }: Agent): string {
  switch (state) {
    case 'allowed':
      return l10n.t('connected');
    case 'waiting':
      return l10n.t('waits for you to allow it');
    case 'frozen':
      return l10n.t('frozen');
  }
}

function countsText({ calls, blocked }: Agent): string {
  const all = calls === 1 ? l10n.t('1 call') : l10n.t('{0} calls', calls);
  return blocked === 0 ? all : l10n.t('{0}, {1} blocked', all, blocked);
}

function originText({ entry }: Agent): string {
  if (entry === EDITOR_ENTRY) return l10n.t('Started by VS Code');
  const client = entry === undefined ? undefined : clientOf(entry);
  return client ? l10n.t('Started from the entry for {0}', client.label) : l10n.t('Not connected with Valet Key');
}

function stateIcon({ state }: Agent): ThemeIcon {
  switch (state) {
    case 'allowed':
      return new ThemeIcon('plug', new ThemeColor('testing.iconPassed'));
    case 'waiting':
      return new ThemeIcon('question', new ThemeColor('list.warningForeground'));
    case 'frozen':
      return new ThemeIcon('lock', new ThemeColor('list.errorForeground'));
  }
}
