import { l10n, ProgressLocation, Uri, window } from 'vscode';
import type { PastCall } from '../../../core/policy/learn/rulesUsed.ts';
import type { AuditParts, LearnParts, PolicyParts } from '../../app/parts.ts';
import { AuditReader } from '../../audit/explorer/auditReader.ts';
import type { SeenCalls } from '../../audit/explorer/explorerMessages.ts';
import { MONTH_MS } from '../../policy/language/callHistory.ts';
import type { PolicyEntry } from '../../policy/model/policyStore.ts';
import { reportFailure } from '../../ui/confirm.ts';
import { askChoice, single } from '../../ui/steps.ts';

/** More different calls than these make no rules that the user would read. */
const MAX_CALLS = 20_000;

/** Proposes a policy that allows what was used in the last 30 days, and nothing else of what it allows now. */
export async function suggestTighterPolicy(
  app: AuditParts & LearnParts & PolicyParts,
  argument: unknown,
): Promise<void> {
  const title = l10n.t('Suggest a Tighter Policy');
  const entry = await whichFile(app, argument, title);
  if (!entry) return;
  const why = whyNot(app, entry);
  if (why !== undefined) return reportFailure(l10n.t('No policy is proposed.'), why);
  const text = entry.text ?? '';
  const proposal = await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t('Reading the calls of the last 30 days') },
    async () => {
      const seen = await callsSince(app, Date.now() - MONTH_MS);
      const used = allowedCalls(seen).filter(({ service }) => entry.writtenPolicy?.services.has(service));
      if (!seen.complete || used.length === 0) return undefined;
      return app.language.tighten(text, used);
    },
  );
  if (!proposal) {
    return reportFailure(
      l10n.t('No policy is proposed.'),
      l10n.t('The audit log has no calls to the services in {0}, or too many to evaluate.', entry.label),
    );
  }
  if (proposal.changes.length === 0) {
    void window.showInformationMessage(l10n.t('{0} allows only what was used.', entry.label));
    return;
  }
  const uri = app.locations.uriOf(entry.id);
  await app.proposals.show(uri, { ...proposal, policyId: entry.id, label: entry.label, before: text });
}

/** What was called since then, in milliseconds since the epoch. */
export async function callsSince(app: AuditParts, since: number): Promise<SeenCalls> {
  const reader = new AuditReader(app.auditWorker, app.audit.directory);
  try {
    return await reader.calls({ since, recent: since, most: MAX_CALLS });
  } finally {
    reader.dispose();
  }
}

export function allowedCalls({ calls }: SeenCalls): readonly PastCall[] {
  return calls.flatMap(({ service, method, path, bodyTypes, allowed }) =>
    allowed > 0 ? [{ service, method, path, ...(bodyTypes ? { bodyTypes } : {}) }] : [],
  );
}

/** Why nothing can be proposed for this file as it is; undefined when something can. */
export function whyNot(app: PolicyParts, { id, label, disk }: PolicyEntry): string | undefined {
  if (app.locations.isDirty(id)) {
    return l10n.t('{0} has unsaved changes. Save or revert them, and try again.', label);
  }
  return disk === 'valid' ? undefined : l10n.t('{0} has errors or is missing. Correct it, and try again.', label);
}

async function whichFile(app: PolicyParts, argument: unknown, title: string): Promise<PolicyEntry | undefined> {
  const entries = app.policies.entries().filter(({ disk }) => disk !== 'missing');
  const id = argument instanceof Uri ? app.locations.idOf(argument) : undefined;
  const started = entries.find((entry) => entry.id === id);
  if (started) return started;
  const [only] = entries;
  if (entries.length === 1) return only;
  if (!only) {
    void window.showInformationMessage(l10n.t('There is no policy file yet. “Add Service” creates one.'));
    return undefined;
  }
  const answer = await askChoice(
    single(title),
    l10n.t('Which policy file?'),
    entries.map((entry) => ({ label: entry.label, value: entry })),
  );
  return answer.kind === 'value' ? answer.value : undefined;
}
