import { l10n, Range, Uri } from 'vscode';
import { Row } from '../../ui/row.ts';
import { localized } from '../../util/localized.ts';
import { shownText } from '../../util/shownText.ts';
import type { ShownFinding } from '../scan/report.ts';
import { severityIcon, severityText } from './pointText.ts';

/** One finding. A click opens its file where it stands. All text of it is shown as it is, never as Markdown. */
export class FindingNode extends Row {
  readonly shown: ShownFinding;

  constructor(shown: ShownFinding) {
    const { finding, label, uri } = shown;
    const server = finding.server === undefined ? '' : shownText(finding.server, 40);
    const message = shownText(localized(finding.message), 300);
    const place = label === '' ? '' : l10n.t('{0}, line {1}', label, finding.start.line);
    super({
      label: server === '' ? message : `${server}: ${message}`,
      description: place,
      lines: [server, message, place, severityText(finding.severity)],
    });
    this.shown = shown;
    this.id = `finding:${shown.id}`;
    this.iconPath = severityIcon(finding.severity);
    // What the menus in package.json go by.
    this.contextValue = ['finding', ...(finding.fix ? ['fix'] : []), ...secretContext(shown)].join('.');
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
