import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import { approvalsText } from '../../approvals/views/approvalNode.ts';
import { isTrouble } from '../../policy/model/policyStatus.ts';
import { credentialNeeds } from '../../services/model/credentialNeeds.ts';
import type { ShownStatus } from '../../services/model/serviceList.ts';
import { pendingText } from '../../services/views/commonNodes.ts';
import { toolsWaitText } from '../../services/views/serverNode.ts';
import { needsText } from '../../services/views/setUpNode.ts';
import { statusText } from '../../services/views/statusPresentation.ts';
import { Pace } from '../../util/pace.ts';

/** The one status bar item: a shield and the number of services and upstream MCP servers; red when frozen. */
export function registerStatusBar(app: App): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('valetKey.status', vscode.StatusBarAlignment.Right, 90);
  item.name = vscode.l10n.t('Valet Key');
  const redraw = new Pace(() => show(item, app));
  redraw.now();
  item.show();
  return vscode.Disposable.from(
    item,
    redraw,
    app.services.onDidChange(redraw.soon),
    app.accessRequests.onDidChange(redraw.soon),
    app.agents.onDidChange(redraw.soon),
    app.approvals.queue.onDidChange(redraw.soon),
    app.learning.onDidChange(redraw.soon),
    app.freeze.onDidChange(redraw.now),
  );
}

function show(item: vscode.StatusBarItem, app: App): void {
  const { list, servers } = app.services;
  const services = list.length === 1 ? vscode.l10n.t('1 service') : vscode.l10n.t('{0} services', list.length);
  const wrapped =
    servers.length === 1 ? vscode.l10n.t('1 MCP server') : vscode.l10n.t('{0} MCP servers', servers.length);
  const { all } = app.freeze.state;
  const waiting = all ? 0 : app.approvals.queue.waiting.length;
  const concern = concernOf(app);
  item.text = all
    ? `$(lock) ${vscode.l10n.t('Frozen')}`
    : ['$(shield)', String(list.length + servers.length), concern ? `$(${concern.icon})` : '', concern?.count ?? '']
        .filter(Boolean)
        .join(' ');
  const sentence = [vscode.l10n.t('Valet Key'), services, servers.length > 0 ? wrapped : '', concern?.words]
    .filter(Boolean)
    .join(', ');
  item.tooltip = sentence;
  item.accessibilityInformation = { label: sentence, role: 'button' };
  // What waits for a word has waited long enough for a menu.
  item.command = waiting > 0 ? 'valetKey.reviewPendingApprovals' : 'valetKey.showMenu';
  item.backgroundColor = all
    ? new vscode.ThemeColor('statusBarItem.errorBackground')
    : app.gateway.health.state === 'down' || waiting > 0
      ? new vscode.ThemeColor('statusBarItem.warningBackground')
      : undefined;
}

interface Concern {
  readonly icon: string;
  readonly words: string;
  readonly count?: string;
}

/** Credentials that were good once, and that no call can use now. One that was never entered is another matter. */
const TROUBLE: ReadonlySet<ShownStatus> = new Set(['rejected', 'expired', 'not_confirmed']);

/** What most needs the user's eye; one thing, because there is one item. */
function concernOf(app: App): Concern | undefined {
  const { l10n } = vscode;
  const entries = app.policies.entries();
  const { all, services: frozen } = app.freeze.state;
  if (all) return { icon: 'lock', words: l10n.t('all access is frozen') };
  if (app.gateway.health.state === 'down') return { icon: 'error', words: l10n.t('the gateway is not running') };
  if (!vscode.workspace.isTrusted) {
    return {
      icon: 'workspace-untrusted',
      words: l10n.t('the workspace is not trusted, so every call is refused'),
    };
  }
  if (app.administrator.state.kind === 'broken') {
    return { icon: 'error', words: l10n.t('the administrator’s policy cannot be read, so every call is refused') };
  }
  const waiting = app.approvals.queue.waiting.length;
  if (waiting > 0) {
    return { icon: 'bell-dot', words: approvalsText(waiting), count: l10n.t('{0} waiting', waiting) };
  }
  const { activeSession: session } = app.learning;
  if (session) {
    const until = new Date(session.until).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    const words = l10n.t('learning {0} until {1}: reads are allowed, writes ask', session.service, until);
    return { icon: 'mortar-board', words, count: l10n.t('learning') };
  }
  const file = entries.find(isTrouble);
  if (file) {
    const missing = file.disk === 'missing';
    return {
      icon: 'warning',
      words: missing ? l10n.t('a policy file is missing') : l10n.t('a policy file has errors'),
    };
  }
  const pending = entries.reduce((sum, entry) => sum + entry.pending.length, 0);
  if (pending > 0) return { icon: 'git-pull-request', words: pendingText(pending), count: String(pending) };
  const accessRequests = app.accessRequests.waiting.length;
  if (accessRequests > 0) {
    const words = accessRequests === 1 ? l10n.t('1 access request') : l10n.t('{0} access requests', accessRequests);
    return { icon: 'comment-unresolved', words, count: String(accessRequests) };
  }
  const tools = app.toolPins.waiting.reduce((sum, { waiting: some }) => sum + some.length, 0);
  if (tools > 0) return { icon: 'eye', words: toolsWaitText(tools), count: String(tools) };
  const newAgents = app.agents.waiting.length;
  if (newAgents > 0) {
    const words = newAgents === 1 ? l10n.t('1 agent waits for you') : l10n.t('{0} agents wait for you', newAgents);
    return { icon: 'question', words, count: String(newAgents) };
  }
  if (frozen.length > 0) return { icon: 'lock', words: l10n.t('{0} frozen', frozen.length) };
  const troubled = app.services.list.filter(({ status }) => TROUBLE.has(status));
  const [first] = troubled;
  if (first) {
    const words =
      troubled.length === 1
        ? l10n.t('{0}: {1}', first.name, statusText(first.status))
        : l10n.t('{0} credentials need you', troubled.length);
    return { icon: 'error', words, count: String(troubled.length) };
  }
  const expiring = app.services.list.find(({ status }) => status === 'expiring');
  if (expiring) return { icon: 'clock', words: l10n.t('{0}: {1}', expiring.name, statusText(expiring.status)) };
  const needs = credentialNeeds(app.services);
  return needs.missing.length > 0 ? { icon: 'key', words: needsText(needs) } : undefined;
}
