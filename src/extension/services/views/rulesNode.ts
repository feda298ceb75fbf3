import { l10n, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import { describeRule } from '../../../core/policy/compare/describeRule.ts';
import type { Rule } from '../../../core/policy/model/rule.ts';
import { DetailNode } from '../../ui/detailNode.ts';

/** A service's rules as its policy file has them. */
export class RulesNode extends TreeItem {
  readonly #service: string;
  readonly #rules: readonly Rule[];

  constructor(service: string, rules: readonly Rule[]) {
    super(
      rules.length === 0
        ? l10n.t('No rules: everything is denied')
        : rules.length === 1
          ? l10n.t('1 rule')
          : l10n.t('{0} rules', rules.length),
      rules.length === 0 ? TreeItemCollapsibleState.None : TreeItemCollapsibleState.Collapsed,
    );
    this.#service = service;
    this.#rules = rules;
    this.id = `service:${service}/rules`;
    this.description = rules.slice(0, 2).map(describeRule).join(' · ') + (rules.length > 2 ? ' …' : '');
    this.iconPath = new ThemeIcon('law');
    this.contextValue = 'rules';
  }

  children(): readonly TreeItem[] {
    return this.#rules.map(
      (rule) =>
        new DetailNode(
          this.#service,
          rule.id,
          describeRule(rule),
          '',
          rule.effect === 'deny' ? 'circle-slash' : 'check',
        ),
    );
  }
}
