import { l10n } from 'vscode';
import { ruleLines, withRule } from '../../../core/policy/edit/ruleWriter.ts';
import {
  bodyToTry,
  narrowestRuleInBraces,
  ruleWanted,
  type WantedRule,
} from '../../../core/policy/learn/narrowestRule.ts';
import { PolicyNotWritableError } from '../../../core/policy/text/insertion.ts';
import type { Call } from '../../../core/request/arguments/call.ts';
import type { Method } from '../../../core/request/parts/requestModel.ts';
import type { GatewayPart, PolicyParts, ServiceParts, WindowParts } from '../../app/parts.ts';
import { cut, oneLine } from '../../approvals/model/requestText.ts';
import { publishChange } from '../../gateway/commands/publishChange.ts';
import { reportFailure } from '../../ui/confirm.ts';
import { localized } from '../../util/localized.ts';
import { showPolicy } from './openPolicyFile.ts';

export interface Wanted {
  readonly service: string;
  readonly method: Method;
  /** Canonical path. */
  readonly path: string;
}

/** The file that a rule for the service goes to, and what the user is shown before it does. */
export interface RulePreview {
  readonly service: string;
  readonly rule: WantedRule;
  readonly policyId: string;
  readonly label: string;
  /** The dialog's lines: where it goes, the very lines, and what they let pass. */
  readonly text: readonly string[];
}

/** What adding the rule would write, and where. Undefined for a service that no file of this window has any more. */
export function previewRule(
  app: PolicyParts & ServiceParts,
  { service, method, path }: Wanted,
  approval?: WantedRule['approval'],
): RulePreview | undefined {
  const summary = app.services.list.find(({ name }) => name === service);
  const entry = summary && app.policies.get(summary.policyId);
  if (!entry || !summary?.service) return undefined;
  const wanted = ruleWanted({ method, path }, summary.service.baseUrl.prefix);
  const rule = { ...wanted, ...(approval ? { approval } : {}) };
  const text = [
    l10n.t('This is added to {0} and takes effect at once:', entry.label),
    ...ruleLines(rule).map((line) => indented(shortened(line))),
    '',
    rule.graphql
      ? l10n.t('This rule allows GraphQL queries to this path, whichever fields they read, but no mutations.')
      : l10n.t('This rule allows this method on this path, with any query and body.'),
  ];
  return { service, rule, policyId: entry.id, label: entry.label, text };
}

/** An agent's path may be of any length, and must not push what it comes to out of sight. */
const MAX_PATH = 300;

/** What an agent chose on one line of a dialog, cut. */
export function shortened(text: string): string {
  const { text: start, left } = cut(oneLine(text), MAX_PATH);
  return left === 0 ? start : l10n.t('{0}… ({1} more characters)', start, left);
}

/** A dialog drops spaces at the start of a line. */
function indented(line: string): string {
  return line.replace(/^ +/, (indent) => '\u00a0'.repeat(indent.length));
}

/** Why the rule cannot be written now. */
function obstacle(app: PolicyParts, { policyId, label }: RulePreview): string | undefined {
  if (app.locations.isDirty(policyId)) {
    return l10n.t('{0} has unsaved changes. Save or revert them, and try again.', label);
  }
  return app.policies.get(policyId)?.disk === 'valid'
    ? undefined
    : l10n.t('{0} has errors or is missing. Correct it, and try again.', label);
}

/**
 * Why the rule would change nothing, which the gateway finds out by trying it; undefined when it would. The user is never
 * asked for such a rule.
 */
export async function whyNeedless(app: GatewayPart, { service, rule }: RulePreview): Promise<string | undefined> {
  const { method, path, graphql, approval } = rule;
  const call: Call = { tool: 'execute', service, method, path, ...bodyToTry(rule) };
  const [now, then] = await app.gateway.ask((control) =>
    Promise.all([control.explain(call), control.explain(call, rule)]),
  );
  if (now.allowed && graphql) {
    const forMutations = narrowestRuleInBraces({ ...rule, graphql: { operations: ['mutation'] } });
    return l10n.t(
      'GraphQL queries to this path are already allowed. If this was a mutation, write a rule for it yourself, with the fields that it may change: {0}',
      shortened(forMutations),
    );
  }
  if (now.allowed?.asks)
    return l10n.t(
      'The policy already allows this request, and you are asked each time. {0}',
      localized(now.allowed.reason),
    );
  // A rule that asks has a say in what is allowed.
  if (now.allowed && approval === undefined)
    return l10n.t('The policy already allows this request. {0}', localized(now.allowed.reason));
  if (then.refusal?.code !== 'policy_denied') return undefined;
  return then.refusal.rule === undefined
    ? l10n.t('Adding this rule would not allow the request. {0}', localized(then.refusal.message))
    : l10n.t('A deny rule forbids this request, and deny rules win. {0}', localized(then.refusal.message));
}

/**
 * Writes the rule and approves it, which the user just did in a modal. Nothing else that waits in the file is approved.
 * False when it was not written; the user was told why.
 */
export async function writeRule(app: GatewayPart & PolicyParts & WindowParts, preview: RulePreview): Promise<boolean> {
  const { service, policyId, rule } = preview;
  const why = obstacle(app, preview) ?? (await whyNeedless(app, preview));
  if (why !== undefined) {
    await reportNotAdded(why);
    return false;
  }
  try {
    await app.policies.approveOwnChange(
      policyId,
      (approved) => withRule(approved ?? '', service, rule),
      (written) => app.locations.write(policyId, withRule(written ?? '', service, rule)),
    );
  } catch (error) {
    if (!(error instanceof PolicyNotWritableError)) throw error;
    await reportNotAdded(l10n.t('{0} Correct the file, and try again.', localized(error.why)));
    return false;
  }
  await publishChange(app, ['policies'], {
    action: 'add_rule',
    service,
    subject: `${rule.method} ${rule.path}${rule.approval ? ` (approval: ${rule.approval})` : ''}`,
  });
  await showPolicy(app, policyId, app.policies.get(policyId)?.writtenPolicy?.services.get(service)?.rules.at(-1)?.line);
  return true;
}

export function reportNotAdded(why: string): Promise<void> {
  return reportFailure(l10n.t('No rule was added.'), why);
}
