import { l10n, window } from 'vscode';
import type { App } from '../../app/app.ts';
import type { ServerParts } from '../../app/parts.ts';
import { publishChange } from '../../gateway/commands/publishChange.ts';
import { nameOfNode } from '../../services/views/serverNode.ts';
import { confirmInModal, reportFailure } from '../../ui/confirm.ts';
import { showDifference } from '../../ui/difference.ts';
import { askChoice, single } from '../../ui/steps.ts';
import { ToolsChangedError, type WaitingTools } from '../model/toolPinStore.ts';
import { type ToolReviewText, toolReviewText } from '../model/toolReviewText.ts';

/** More would not fit a dialog. */
const MAX_NAMES = 8;

/**
 * Shows what an upstream MCP server changed in its tools, as a difference and in words, and accepts it when the user says so.
 * A tool's description is an instruction to the agent, so accepting one is decided in a modal.
 */
export async function reviewServerTools(app: App, argument: unknown): Promise<void> {
  const waiting = await whichServer(app, nameOfNode(argument));
  if (!waiting) return;
  const { server } = waiting;
  const text = toolReviewText(waiting);
  const label = l10n.t('Tools of {0}', server);
  const close = await showDifference(app.texts, `${label}.txt`, text.before, text.after);
  const agreed = await confirmInModal({
    warning: true,
    message: l10n.t('Accept the tools that “{0}” now offers?', server),
    detail: detailOf(text),
    action: l10n.t('Accept These Tools'),
  });
  if (!agreed) return;
  try {
    await app.toolPins.accept(waiting);
  } catch (error) {
    if (!(error instanceof ToolsChangedError)) throw error;
    return reportFailure(
      l10n.t('Nothing was accepted.'),
      l10n.t('“{0}” changed its tools again while you were reviewing them. Review them again.', server),
    );
  }
  await close();
  await publishChange(app, ['toolPins'], { action: 'accept tools', service: server });
}

async function whichServer(app: ServerParts, started: string | undefined): Promise<WaitingTools | undefined> {
  const { waiting } = app.toolPins;
  const wanted = waiting.find(({ server }) => server === started);
  if (wanted) return wanted;
  const [only] = waiting;
  if (!only || started !== undefined) {
    void window.showInformationMessage(
      started === undefined
        ? l10n.t('No tools wait for your review. A server’s tools are checked when an agent asks for them.')
        : l10n.t('No tools of “{0}” wait for your review. Tools are checked when an agent asks for them.', started),
    );
    return undefined;
  }
  if (waiting.length === 1) return only;
  const answer = await askChoice(
    single(l10n.t('Review Server Tools')),
    l10n.t('Which server?'),
    waiting.map((one) => ({
      label: one.server,
      description: one.waiting.map(({ name }) => name).join(', '),
      value: one,
    })),
  );
  return answer.kind === 'value' ? answer.value : undefined;
}

function detailOf({ added, changed, hidden, gone }: ToolReviewText): string {
  const line = (title: string, names: readonly string[]): readonly string[] =>
    names.length === 0 ? [] : [`${title} ${namesText(names)}`];
  return [
    ...line(l10n.t('New:'), added),
    ...line(l10n.t('Changed:'), changed),
    ...line(l10n.t('With invisible characters:'), hidden),
    ...line(l10n.t('No longer offered:'), gone),
    '',
    l10n.t(
      'Names, descriptions and schemas are written by the server, and agents follow them. The editor behind this dialog shows what changed; cancel to read it first.',
    ),
    ...(hidden.length > 0
      ? ['', l10n.t('Invisible characters are shown there as \\u…, and are removed before an agent gets the text.')]
      : []),
    '',
    l10n.t('The policy still decides which of them agents may call.'),
  ].join('\n');
}

function namesText(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  const shown = names.slice(0, MAX_NAMES).join(', ');
  return more > 0 ? l10n.t('{0} and {1} more', shown, more) : shown;
}
