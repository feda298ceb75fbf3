import { ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';

/** One fact about a service. */
export class DetailNode extends TreeItem {
  constructor(service: string, kind: string, label: string, description: string, icon: string) {
    super(label, TreeItemCollapsibleState.None);
    this.id = `service:${service}/${kind}`;
    this.description = description;
    this.tooltip = description === '' ? label : `${label} (${description})`;
    this.iconPath = new ThemeIcon(icon);
    this.contextValue = 'detail';
    this.accessibilityInformation = { label: this.tooltip, role: 'treeitem' };
  }
}
