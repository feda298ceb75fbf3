import { TreeItem, TreeItemCollapsibleState } from 'vscode';
import { type RowWords, rowText } from './rowText.ts';

/** A row of a view: all of ours are made here, so that what one says is bounded and never Markdown. */
export class Row extends TreeItem {
  constructor(words: RowWords, collapsibleState = TreeItemCollapsibleState.None) {
    const { label, description, tooltip, spoken } = rowText(words);
    super(label, collapsibleState);
    this.description = description;
    this.tooltip = tooltip;
    this.accessibilityInformation = { label: spoken, role: 'treeitem' };
  }
}
