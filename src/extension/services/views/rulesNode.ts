import { l10n, ThemeIcon, TreeItemCollapsibleState } from 'vscode';
import { describeRule } from '../../../core/policy/compare/describeRule.ts';
import type { Rule } from '../../../core/policy/model/rule.ts';
import { DetailNode } from '../../ui/detailNode.ts';
import { Row } from '../../ui/row.ts';
import { localized } from '../../util/localized.ts';

/** A service's rules as its policy file has them. */
export class RulesNode extends Row {
  readonly #service: string;
  readonly #rules: readonly Rule[];

  constructor(service: string, rules: readonly Rule[]) {
    super(
      {
        label: countText(rules.length),
        description: rules.slice(0, 2).map(shown).join(' · ') + (rules.length > 2 ? ' …' : ''),
      },
      rules.length === 0 ? TreeItemCollapsibleState.None : TreeItemCollapsibleState.Collapsed,
    );
    this.#service = service;
    this.#rules = rules;
    this.id = `service:${service}/rules`;
    this.iconPath = new ThemeIcon('law');
    this.contextValue = 'rules';
  }

  children(): readonly DetailNode[] {
    return this.#rules.map(
      (rule) =>
        new DetailNode(this.#service, rule.id, shown(rule), '', rule.effect === 'deny' ? 'circle-slash' : 'check'),
    );
  }
}

function shown(rule: Rule): string {
  return localized(describeRule(rule));
}

function countText(count: number): string {
  if (count === 0) return l10n.t('No rules: everything is denied');
  return count === 1 ? l10n.t('1 rule') : l10n.t('{0} rules', count);
}
