import { l10n, ThemeColor, ThemeIcon, TreeItemCollapsibleState } from 'vscode';
import { destinationOf } from '../../../core/policy/compare/serverDestination.ts';
import type { Server } from '../../../core/policy/model/server.ts';
import type { Activity } from '../../audit/model/activity.ts';
import { DetailNode } from '../../ui/detailNode.ts';
import { maskedText } from '../../ui/placementText.ts';
import { Row } from '../../ui/row.ts';
import { localized } from '../../util/localized.ts';
import type { ServerNeed, ServerSummary } from '../model/serverList.ts';
import { attention, lastCallNode, pendingNodes, waitingText } from './commonNodes.ts';
import { type RowState, rowContext } from './rowContext.ts';
import { ServiceNode } from './serviceNode.ts';
import { statusAction, statusHint, statusIcon, statusText } from './statusPresentation.ts';

/** One upstream MCP server: its state as icon and text, and below it what it is about. */
export class ServerNode extends Row {
  readonly server: ServerSummary;
  readonly #lastCall: Activity | undefined;

  constructor(server: ServerSummary, { frozenAlone, undoable, lastCall }: RowState) {
    const { name, status, tools, needs, pending } = server;
    const failure = localized(server.failure);
    const changes = pending === 0 || status === 'not_approved' ? '' : waitingText(pending);
    const review = tools.waiting === 0 ? '' : toolsWaitText(tools.waiting);
    const standing = status === 'ready' && failure !== undefined ? l10n.t('failed') : statusText(status);
    const lines = [
      l10n.t('{0}, MCP server: {1}', name, standing),
      localized(server.why) ?? '',
      failure ?? '',
      review,
      toolsText(server),
      statusHint(status) ?? '',
    ];
    super(
      {
        label: name,
        // What needs the user before what does not: a narrow side bar cuts the end.
        description: [
          standing,
          review,
          changes,
          toolsText(server),
          failure === undefined ? '' : whyAlone(failure, name),
        ]
          .filter(Boolean)
          .join(' · '),
        lines,
        spoken: [...lines, changes],
      },
      TreeItemCollapsibleState.Collapsed,
    );
    this.server = server;
    this.#lastCall = lastCall;
    this.id = `server:${name}`;
    this.iconPath = iconOf(server);
    this.contextValue = rowContext({
      kind: 'server',
      frozen: frozenAlone,
      review: tools.waiting > 0,
      needs: needs.length > 0,
      credential: needs.some(({ credential }) => credential?.state === 'present'),
      undo: undoable,
    });
  }

  children(): readonly DetailNode[] {
    const { name, server, status, pending, tools, needs, running } = this.server;
    const failure = localized(this.server.failure);
    const hint = statusHint(status);
    // A service of another file may have the same name.
    const owner = `${name}/server`;
    return [
      ...(hint ? [new DetailNode(owner, 'hint', hint, '', 'lightbulb', statusAction(status, name))] : []),
      ...(failure === undefined ? [] : [failureNode(owner, failure, name)]),
      ...pendingNodes(owner, pending),
      ...(tools.waiting > 0
        ? [
            new DetailNode(owner, 'review', toolsWaitText(tools.waiting), l10n.t('Review'), attention('eye'), {
              command: 'valetKey.reviewServerTools',
              title: l10n.t('Review Server Tools'),
              arguments: [name],
            }),
          ]
        : []),
      runNode(owner, server, running),
      new DetailNode(owner, 'tools', toolsText(this.server) || l10n.t('tools not listed yet'), '', 'tools'),
      ...needs.map((need) => credentialNode(owner, need)),
      lastCallNode(owner, this.#lastCall, ({ path }) => path),
    ];
  }
}

/** The service or server that a command was started for: by its tree item, or by its name from elsewhere. */
export function nameOfNode(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  if (argument instanceof ServiceNode) return argument.service.name;
  return argument instanceof ServerNode ? argument.server.name : undefined;
}

/** The whole of it is in the tooltip, and what the server wrote besides in the log. */
function failureNode(owner: string, failure: string, name: string): DetailNode {
  const next = l10n.t('Its own words are in the log; the next call tries again.');
  return new DetailNode(
    owner,
    'failure',
    unnamed(failure, name),
    '',
    attention('warning'),
    { command: 'valetKey.showLog', title: l10n.t('Show Log') },
    `${failure}\n${next}`,
  );
}

/** `could not be started: …` for `wiki could not be started: …`: the name stands in front of it already. */
function unnamed(failure: string, name: string): string {
  return failure.startsWith(`${name} `) ? failure.slice(name.length + 1) : failure;
}

/** Behind the word that it failed, the reason comes first: a narrow side bar cuts the end. */
function whyAlone(failure: string, name: string): string {
  const said = unnamed(failure, name);
  const colon = said.indexOf(': ');
  return colon < 0 ? said : said.slice(colon + 2);
}

/** What is started or connected to. A narrow side bar cuts the end, so folders give way to it; the tooltip has them. */
function runNode(owner: string, server: Server, running: boolean): DetailNode {
  const destination = destinationOf(server);
  const label = server.run.by === 'url' ? destination : withoutFolders(destination);
  const standing = running ? l10n.t('running') : l10n.t('starts when an agent needs it');
  const icon = server.run.by === 'url' ? 'globe' : 'terminal';
  return new DetailNode(owner, 'run', label, standing, icon, undefined, `${destination} (${standing})`);
}

/** `…/server.js` for `/opt/tools/server.js`. */
function withoutFolders(commandLine: string): string {
  return commandLine.replaceAll(/(^| )\/(?:[^/ "]+\/)+(?=[^/ "]+(?: |$))/g, '$1…/');
}

function credentialNode(owner: string, { credentialId, credential }: ServerNeed): DetailNode {
  const stored = credential?.state === 'present';
  return new DetailNode(
    owner,
    `credential:${credentialId.service}`,
    stored ? maskedText(credential.value.last4) : l10n.t('credential missing'),
    credentialId.service,
    'key',
    stored
      ? undefined
      : {
          command: 'valetKey.enterCredential',
          title: l10n.t('Enter Credential'),
          arguments: [credentialId.service],
        },
  );
}

function iconOf({ status, tools, failure }: ServerSummary): ThemeIcon {
  if (status !== 'ready') return statusIcon(status);
  if (failure !== undefined) return attention('warning');
  return tools.waiting > 0 ? attention('eye') : new ThemeIcon('server-process', new ThemeColor('testing.iconPassed'));
}

/** Empty before the tools were listed for the first time. */
function toolsText({ tools }: ServerSummary): string {
  return tools.offered === 0 ? '' : l10n.t('{0} of {1} tools', tools.usable, tools.offered);
}

/** Such as `2 tools wait for your review`. */
export function toolsWaitText(count: number): string {
  return count === 1 ? l10n.t('1 tool waits for your review') : l10n.t('{0} tools wait for your review', count);
}
