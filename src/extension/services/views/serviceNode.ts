import { l10n, ThemeColor, ThemeIcon, type TreeItem, TreeItemCollapsibleState } from 'vscode';
import { printCommandLine } from '../../../core/credentials/commandLine.ts';
import { rotationAge } from '../../../core/credentials/rotationDue.ts';
import { programName } from '../../../core/packages/words.ts';
import { isProduction } from '../../../core/services/production.ts';
import type { Activity } from '../../audit/model/activity.ts';
import type { ChosenCommand } from '../../credentials/model/credentialEntry.ts';
import { DetailNode } from '../../ui/detailNode.ts';
import { maskedText } from '../../ui/placementText.ts';
import { retentionText } from '../../ui/retentionText.ts';
import { Row } from '../../ui/row.ts';
import { localized } from '../../util/localized.ts';
import { commandFailed, isThere, type ServiceSummary } from '../model/serviceList.ts';
import { attention, lastCallNode, pendingNodes, pendingText, waitingText } from './commonNodes.ts';
import { productionUri } from './productionMark.ts';
import { type RowState, rowContext } from './rowContext.ts';
import { RulesNode } from './rulesNode.ts';
import { statusAction, statusHint, statusIcon, statusText } from './statusPresentation.ts';

/** One service: its state as icon and text, and below it what it is about. */
export class ServiceNode extends Row {
  readonly service: ServiceSummary;
  readonly #lastCall: Activity | undefined;

  constructor(service: ServiceSummary, { frozenAlone, undoable, lastCall }: RowState) {
    const waiting = service.pending === 0 || service.status === 'not_approved' ? '' : pendingText(service.pending);
    const short = waiting === '' ? '' : waitingText(service.pending);
    const environment = environmentText(service.service?.environment);
    const words = [statusText(service.status), environment];
    // A narrow side bar cuts the end off, and the icon has the state: of production it must not be that word.
    if (isProduction(service.service?.environment)) words.reverse();
    const hint = statusHint(service.status, service.remedy) ?? '';
    super(
      {
        label: service.name,
        description: [...words, short].filter(Boolean).join(' · '),
        lines: [`${service.name}: ${statusText(service.status)}`, localized(service.why) ?? '', hint],
        spoken: [service.name, statusText(service.status), environment, waiting, hint],
      },
      TreeItemCollapsibleState.Collapsed,
    );
    this.service = service;
    this.#lastCall = lastCall;
    this.id = `service:${service.name}`;
    this.iconPath = statusIcon(service.status);
    if (isProduction(service.service?.environment)) this.resourceUri = productionUri(service.name);
    this.contextValue = rowContext({
      kind: 'service',
      frozen: frozenAlone,
      credential: isThere(service.credential),
      undo: undoable,
    });
  }

  children(): readonly TreeItem[] {
    const { name, service, credential, status, remedy, pending } = this.service;
    const hint = statusHint(status, remedy);
    const failed = commandFailed(this.service);
    return [
      ...(failed ? [failureNode(this.service)] : []),
      ...(hint && !failed
        ? [
            new DetailNode(
              name,
              'hint',
              hint,
              localized(this.service.why) ?? '',
              'lightbulb',
              statusAction(status, name, remedy),
            ),
          ]
        : []),
      ...pendingNodes(name, pending),
      ...(service ? [new DetailNode(name, 'url', service.baseUrl.text, '', 'globe')] : []),
      new DetailNode(
        name,
        'environment',
        service?.environment ?? l10n.t('no environment'),
        isProduction(service?.environment)
          ? l10n.t('production environment')
          : service?.environment
            ? l10n.t('environment')
            : '',
        isProduction(service?.environment)
          ? new ThemeIcon('flame', new ThemeColor('list.errorForeground'))
          : 'server-environment',
      ),
      ...(credential?.state === 'present'
        ? [new DetailNode(name, 'credential', maskedText(credential.value.last4), storedText(credential), 'key')]
        : []),
      ...(credential?.state === 'present' ? rotationNodes(name, credential, service?.rotateEveryDays) : []),
      ...(credential?.state === 'session'
        ? [new DetailNode(name, 'credential', l10n.t('VS Code’s own session'), l10n.t('nothing is stored'), 'account')]
        : []),
      ...(credential?.state === 'command' ? [commandNode(name, credential.command)] : []),
      ...(service ? [new RulesNode(name, service.rules)] : []),
      lastCallNode(name, this.#lastCall, ({ method, path }) => `${method} ${path}`),
    ];
  }
}

/** The service that a command was started for: by its tree item, or by its name from a lens, a fix or another node. */
export function serviceOfNode(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  return argument instanceof ServiceNode ? argument.service.name : undefined;
}

/** A production environment says so, whatever it is called. */
function environmentText(environment: string | undefined): string {
  if (!isProduction(environment) || /^production$/i.test(environment ?? '')) return environment ?? '';
  return l10n.t('{0} (production)', environment ?? '');
}

function commandNode(name: string, { program, args, keepMs }: ChosenCommand): DetailNode {
  const shown = printCommandLine([programName(program), ...args]);
  return new DetailNode(
    name,
    'credential',
    shown,
    l10n.t('gives the credential, kept {0}', retentionText(keepMs)),
    'terminal',
  );
}

/** What became of a command, in place of the hint to enter a credential. */
function failureNode({ name, why }: ServiceSummary): DetailNode {
  return new DetailNode(name, 'hint', l10n.t('Check the command'), localized(why) ?? '', attention('terminal'), {
    command: 'valetKey.takeFromCommand',
    title: l10n.t('Take Credential from a Command'),
    arguments: [name],
  });
}

/** Only where the policy names an interval. */
function rotationNodes(
  name: string,
  credential: { readonly createdAt: number; readonly rotatedAt?: number },
  everyDays: number | undefined,
): readonly DetailNode[] {
  const { days, dueInDays } = rotationAge(credential, everyDays, Date.now());
  if (dueInDays === undefined) return [];
  const due = dueInDays <= 0;
  return [
    new DetailNode(
      name,
      'rotation',
      due ? l10n.t('Rotation is due') : l10n.t('Rotate within {0} days', dueInDays),
      l10n.t('{0} days old, rotation is due every {1}', days, everyDays ?? 0),
      due ? attention('calendar') : 'calendar',
      due ? { command: 'valetKey.rotateCredential', title: l10n.t('Rotate Credential'), arguments: [name] } : undefined,
    ),
  ];
}

function storedText(credential: { readonly createdAt: number; readonly rotatedAt?: number }): string {
  const date = (at: number): string => new Date(at).toLocaleDateString();
  return credential.rotatedAt === undefined
    ? l10n.t('added {0}', date(credential.createdAt))
    : l10n.t('rotated {0}', date(credential.rotatedAt));
}
