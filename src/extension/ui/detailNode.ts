import { type Command, ThemeIcon } from 'vscode';
import { Row } from './row.ts';

/** One fact about a service. */
export class DetailNode extends Row {
  /** `command` is what a click or Enter does; `inFull` is what the tooltip says instead of label and description. */
  constructor(
    service: string,
    kind: string,
    label: string,
    description: string,
    icon: string | ThemeIcon,
    command?: Command,
    inFull?: string,
  ) {
    super({ label, description, ...(inFull === undefined ? {} : { lines: [inFull] }) });
    this.id = `service:${service}/${kind}`;
    this.iconPath = typeof icon === 'string' ? new ThemeIcon(icon) : icon;
    this.contextValue = 'detail';
    if (command) this.command = command;
  }
}
