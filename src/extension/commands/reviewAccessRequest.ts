import { env, l10n, window } from 'vscode';
import { escapeUnshowable } from '../../core/audit/escape.ts';
import { narrowestRule } from '../../core/policy/narrowestRule.ts';
import type { CanonicalRequest } from '../../core/request/model.ts';
import type { App } from '../app.ts';
import type { WaitingWish } from '../audit/accessWishes.ts';
import { askChoice, single } from '../ui/steps.ts';
import { WishNode } from '../views/activity/wishNode.ts';
import { showPolicy } from './openPolicyFile.ts';

/** Longest reason of an agent's that is shown, in characters. */
const LONGEST_REASON = 200;

/**
 * Shows what an agent asks for: the policy file at the service, and the narrowest rule that would allow it, as text. It
 * grants nothing: the rule acts once the person wrote it into the file and applied it.
 */
export async function reviewAccessRequest(app: App, argument: unknown): Promise<void> {
  const wish = await whichWish(app, argument);
  if (!wish) return;
  const summary = app.services.list.find(({ name }) => name === wish.service);
  if (summary) await showPolicy(app, summary.policyId, summary.service?.line);
  const rule = narrowestRule({ method: wish.method as CanonicalRequest['method'], path: wish.path });
  const copy = l10n.t('Copy Rule');
  const dismiss = l10n.t('Dismiss Request');
  const chosen = await window.showInformationMessage(
    l10n.t('{0} asks for {1} on “{2}”.', wish.agent, wish.method, wish.service),
    {
      modal: true,
      detail: [
        l10n.t('The agent’s own words: “{0}”', quoted(wish.reason)),
        '',
        l10n.t('The narrowest rule that allows it:'),
        // A dialog drops spaces at the start of a line.
        rule.replaceAll(/^ +/gm, (indent) => '\u00a0'.repeat(indent.length)),
        '',
        l10n.t(
          'To allow it, put the rule under “policies” of the service, save, and apply the change. Until then nothing changes.',
        ),
      ].join('\n'),
    },
    copy,
    dismiss,
  );
  if (chosen === copy) await env.clipboard.writeText(`${rule}\n`);
  if (chosen !== undefined) app.wishes.settle(wish.id);
}

async function whichWish(app: App, argument: unknown): Promise<WaitingWish | undefined> {
  const { waiting } = app.wishes;
  if (argument instanceof WishNode) return waiting.find(({ id }) => id === argument.wish.id);
  const [only] = waiting;
  if (!only) {
    void window.showInformationMessage(l10n.t('No agent asks for access.'));
    return undefined;
  }
  if (waiting.length === 1) return only;
  const answer = await askChoice(
    single(l10n.t('Review Access Request')),
    l10n.t('Which request?'),
    waiting.map((wish) => ({
      label: `${wish.method} ${wish.path}`,
      description: [wish.service, wish.agent].join(' · '),
      value: wish,
    })),
  );
  return answer.kind === 'value' ? answer.value : undefined;
}

/** On one line, cut, with nothing in it that is not seen or that ends our quotation marks. */
function quoted(text: string): string {
  const line = escapeUnshowable(text.replaceAll(/\s+/g, ' ').trim()).replaceAll(/[“”"]/g, "'");
  return line.length > LONGEST_REASON ? `${line.slice(0, LONGEST_REASON)}…` : line;
}
