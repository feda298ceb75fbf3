import { type Command, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';

/** One fact about a service. */
export class DetailNode extends TreeItem {
  /** `command` is what a click or Enter does. */
  constructor(
    service: string,
    kind: string,
    label: string,
    description: string,
    icon: string | ThemeIcon,
    command?: Command,
  ) {
    super(label, TreeItemCollapsibleState.None);
    this.id = `service:${service}/${kind}`;
    this.description = description;
    this.tooltip = description === '' ? label : `${label} (${description})`;
    this.iconPath = typeof icon === 'string' ? new ThemeIcon(icon) : icon;
    this.contextValue = 'detail';
    if (command) this.command = command;
    this.accessibilityInformation = { label: this.tooltip, role: 'treeitem' };
  }
}
