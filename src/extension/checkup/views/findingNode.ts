import { l10n, Range, TreeItemCollapsibleState, Uri } from 'vscode';
import type { Aspect } from '../../../core/checkup/model/checkupModel.ts';
import { Row } from '../../ui/row.ts';
import { localized } from '../../util/localized.ts';
import { shownText } from '../../util/shownText.ts';
import type { ShownFinding } from '../scan/report.ts';
import { pointTitle, severityIcon, severityText } from './pointText.ts';

/** One finding. A click opens its file where it stands. All text of it is shown as it is, never as Markdown. */
export class FindingNode extends Row {
  readonly shown: ShownFinding;

  constructor(shown: ShownFinding) {
    const { finding, label, uri } = shown;
    const server = finding.server === undefined ? '' : shownText(finding.server, 40);
    const message = shownText(localized(finding.message), 300);
    const place = label === '' ? '' : l10n.t('{0}, line {1}', label, finding.start.line);
    super(
      {
        label: server === '' ? message : `${server}: ${message}`,
        description: place,
        lines: [server, message, place, severityText(finding.severity)],
      },
      finding.aspects ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None,
    );
    this.shown = shown;
    this.id = `finding:${shown.id}`;
    this.iconPath = severityIcon(finding.severity);
    // What the menus in package.json go by.
    this.contextValue = [
      'finding',
      ...(finding.fix ? ['fix'] : []),
      ...secretContext(shown),
      ...(finding.digest === undefined ? [] : ['dismissible']),
    ].join('.');
    if (uri !== undefined) {
      const { start, end } = finding;
      this.command = {
        command: 'vscode.open',
        title: l10n.t('Open'),
        arguments: [
          Uri.parse(uri, true),
          { selection: new Range(start.line - 1, start.column - 1, end.line - 1, end.column - 1) },
        ],
      };
    }
  }

  children(): readonly AspectNode[] {
    const { id, finding } = this.shown;
    return (finding.aspects ?? []).map((aspect, index) => new AspectNode(aspect, `aspect:${id}\n${index}`));
  }
}

/** What another of the ten points says of the same secret. Nothing is to be done with it alone. */
class AspectNode extends Row {
  constructor({ check, severity, message }: Aspect, id: string) {
    const text = shownText(localized(message), 300);
    super({ label: text, description: pointTitle(check), lines: [pointTitle(check), text, severityText(severity)] });
    this.id = id;
    this.iconPath = severityIcon(severity);
    this.contextValue = 'aspect';
  }
}

function secretContext({ finding, exposure }: ShownFinding): readonly string[] {
  if (exposure) return exposure.keyPage === undefined ? ['exposed'] : ['exposed', 'keyPage'];
  return finding.secret ? ['secret'] : [];
}

/** The finding that a command was started for: by its tree item, or by its id from a quick fix. */
export function findingOfNode(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  return argument instanceof FindingNode ? argument.shown.id : undefined;
}
