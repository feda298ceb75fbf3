import { l10n } from 'vscode';
import type { Method } from '../../core/request/model.ts';
import type { App } from '../app.ts';
import { cut, oneLine } from '../approvals/requestText.ts';
import { tellChange } from '../gateway/tellChange.ts';
import { PolicyNotWritableError } from '../policy/entryInsertion.ts';
import { type RuleWanted, ruleLines, withRule } from '../policy/ruleWriter.ts';
import { tellFailure } from '../ui/confirm.ts';
import { showPolicy } from './openPolicyFile.ts';

export interface Wanted {
  readonly service: string;
  readonly method: Method;
  /** Canonical path. */
  readonly path: string;
}

/** The file that a rule for the service goes to, and what a person is shown before it does. */
export interface RulePreview {
  readonly policyId: string;
  readonly label: string;
  /** The very lines. */
  readonly lines: readonly string[];
}

/** What adding the rule would write, and where. Undefined for a service that no file of this window has any more. */
export function previewRule(
  app: App,
  { service, method, path }: Wanted,
  approval?: RuleWanted['approval'],
): RulePreview | undefined {
  const summary = app.services.list.find(({ name }) => name === service);
  const entry = summary && app.policies.get(summary.policyId);
  if (!entry) return undefined;
  const lines = ruleLines({ method, path, ...(approval ? { approval } : {}) });
  return { policyId: entry.id, label: entry.label, lines: lines.map((line) => indented(shortened(line))) };
}

/** An agent's path may be of any length, and must not push what it comes to out of sight. */
const MOST_PATH = 300;

/** What an agent chose on one line of a dialog, cut. */
export function shortened(text: string): string {
  const { text: start, left } = cut(oneLine(text), MOST_PATH);
  return left === 0 ? start : l10n.t('{0}… ({1} more characters)', start, left);
}

/** A dialog drops spaces at the start of a line. */
function indented(line: string): string {
  return line.replace(/^ +/, (indent) => '\u00a0'.repeat(indent.length));
}

/** Why the rule cannot be written now, or would change nothing. */
async function obstacle(app: App, policyId: string, { service, method, path }: Wanted): Promise<string | undefined> {
  const entry = app.policies.get(policyId);
  const label = entry?.label ?? policyId;
  if (app.locations.isDirty(policyId)) {
    return l10n.t('{0} has unsaved changes. Save or revert them, and try again.', label);
  }
  if (entry?.disk !== 'valid') return l10n.t('{0} has errors or is missing. Correct it, and try again.', label);
  const { refusal } = await app.gateway.ask((control) => control.explain({ tool: 'execute', service, method, path }));
  return refusal?.code === 'policy_denied' && refusal.rule !== undefined
    ? l10n.t('A deny rule forbids it, and deny rules win. {0}', refusal.message)
    : undefined;
}

/**
 * Writes the rule and approves it, which a person just did in a modal. Nothing else that waits in the file is approved.
 * False when it was not written; the person was told why.
 */
export async function writeRule(
  app: App,
  policyId: string,
  given: Wanted,
  approval?: RuleWanted['approval'],
): Promise<boolean> {
  const { service, ...request } = given;
  const why = await obstacle(app, policyId, given);
  if (why !== undefined) {
    await tellNotAdded(why);
    return false;
  }
  const wanted: RuleWanted = { ...request, ...(approval ? { approval } : {}) };
  try {
    await app.policies.approveOwnChange(
      policyId,
      (approved) => withRule(approved ?? '', service, wanted),
      (written) => app.locations.write(policyId, withRule(written ?? '', service, wanted)),
    );
  } catch (error) {
    if (!(error instanceof PolicyNotWritableError)) throw error;
    await tellNotAdded(l10n.t('{0} Correct the file, and try again.', error.message));
    return false;
  }
  await tellChange(app, ['policies'], {
    action: 'add_rule',
    service,
    subject: `${request.method} ${request.path}${approval ? ` (approval: ${approval})` : ''}`,
  });
  await showPolicy(app, policyId, app.policies.get(policyId)?.writtenPolicy?.services.get(service)?.rules.at(-1)?.line);
  return true;
}

export function tellNotAdded(why: string): Promise<void> {
  return tellFailure(l10n.t('No rule was added.'), why);
}
