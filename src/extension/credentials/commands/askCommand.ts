import { homedir } from 'node:os';
import { l10n, ProgressLocation, window } from 'vscode';
import { holdsCredential, looksPasted } from '../../../core/checkup/secrets/pasted.ts';
import { type CommandLineProblem, printCommandLine, splitCommandLine } from '../../../core/credentials/commandLine.ts';
import { errorText } from '../../../core/errorText.ts';
import type { Auth } from '../../../core/policy/auth/authTypes.ts';
import { phrase } from '../../../core/text/phrase.ts';
import type { CommandOutcome } from '../../../gateway/control/controlPort.ts';
import { unsuitable } from '../../../gateway/targets/service/commands/commandCredentials.ts';
import type { GatewayPart } from '../../app/parts.ts';
import { localFolders } from '../../gateway/model/windowInfo.ts';
import { chooseInModal, confirmInModal, reportFailure } from '../../ui/confirm.ts';
import { destinationText } from '../../ui/placementText.ts';
import { retentionText } from '../../ui/retentionText.ts';
import { type Answer, askChoice, askText, type StepFrame } from '../../ui/steps.ts';
import { localized } from '../../util/localized.ts';
import { commandEnvironment, safePath } from '../model/commandEnvironment.ts';
import type { ChosenCommand } from '../model/credentialEntry.ts';
import { findProgram, type ProgramProblem } from '../model/findProgram.ts';
import type { EnteredCredential } from './enterCredential.ts';
import { workspaceWarning } from './workspaceWarning.ts';

const WINDOWS = process.platform === 'win32';

const MINUTE_MS = 60_000;
/** The first is the default. */
const RETENTIONS = [5, 1, 60, 8 * 60].map((minutes) => minutes * MINUTE_MS);

/** Whose credential a command is to give, and where that goes. */
export interface CommandPurpose {
  readonly service: string;
  readonly auth: Auth;
  readonly origin: string;
  /** What is typed already; the present command, for one. */
  readonly before?: string;
  /** Whether a value is stored, which the command comes in the place of. */
  readonly replaces: boolean;
}

/**
 * Asks for a command that gives the credential, confirms it in a modal that shows the whole command line and where the
 * credential goes, and runs it once. A value comes back only if it gave one that can be used.
 */
export async function askCommand(
  app: GatewayPart,
  frame: StepFrame,
  purpose: CommandPurpose,
): Promise<Answer<EnteredCredential>> {
  let typed = purpose.before ?? '';
  for (;;) {
    const words = await askWords(frame, typed);
    if (words.kind !== 'value') return words;
    typed = words.value.text;
    const found = await findProgram(words.value.words[0] ?? '', {
      folders: safePath(process.env.PATH ?? '', localFolders()),
      workspaceFolders: localFolders(),
      windows: WINDOWS,
    });
    if ('problem' in found) {
      await reportFailure(...programText(found.problem, words.value.words[0] ?? ''));
      continue;
    }
    const kept = await askRetention({ ...frame, back: true });
    if (kept.kind === 'back') continue;
    if (kept.kind === 'cancel') return kept;
    const command = { program: found.program, args: words.value.words.slice(1), keepMs: kept.value };
    if (!(await confirm(purpose, command))) return { kind: 'cancel' };
    for (;;) {
      const outcome = await run(app, purpose, command);
      if (outcome === undefined) return { kind: 'cancel' };
      if ('value' in outcome) return { kind: 'value', value: { value: outcome.value, command } };
      const next = await reportFailed(outcome);
      if (next === 'cancel') return { kind: 'cancel' };
      if (next === 'edit') break;
    }
  }
}

async function askWords(
  frame: StepFrame,
  value: string,
): Promise<Answer<{ readonly text: string; readonly words: readonly string[] }>> {
  const answer = await askText(frame, {
    prompt: l10n.t(
      'A command that prints the credential, and nothing else, to standard output. The command runs without a shell.',
    ),
    placeholder: 'op read op://Work/Stripe/key · pass show stripe · vault kv get -field=key secret/stripe',
    value,
    // A command line with a secret in it can only be corrected by someone who sees it.
    misplaced: (text) => !/\s/.test(text.trim()) && looksPasted(text),
    problem: (text) => {
      const split = splitCommandLine(text.trim(), WINDOWS);
      if ('problem' in split) return lineText(split.problem);
      if (!holdsCredential(text)) return undefined;
      return {
        warning: l10n.t(
          'The command seems to contain a secret, which other programs can read while it runs. Press Enter again to use it anyway.',
        ),
      };
    },
  });
  if (answer.kind !== 'value') return answer;
  const text = answer.value.trim();
  const split = splitCommandLine(text, WINDOWS);
  return { kind: 'value', value: { text, words: 'words' in split ? split.words : [] } };
}

function askRetention(frame: StepFrame): Promise<Answer<number>> {
  return askChoice(
    frame,
    l10n.t('How long may its output be used before the command runs again?'),
    RETENTIONS.map((ms, index) => ({
      label: retentionText(ms),
      ...(index === 0 ? { description: l10n.t('in memory only; a freeze or a revocation ends it at once') } : {}),
      value: ms,
    })),
  );
}

async function confirm({ service, auth, origin, replaces }: CommandPurpose, command: ChosenCommand): Promise<boolean> {
  const inWorkspace = await workspaceWarning(command.args);
  return confirmInModal({
    warning: inWorkspace.length > 0,
    message: l10n.t('Take the credential of “{0}” from this command?', service),
    detail: [
      printCommandLine([command.program, ...command.args]),
      '',
      ...inWorkspace,
      l10n.t('The credential it prints is {0}.', destinationText(auth, origin)),
      l10n.t(
        'It runs now, and again when an allowed call needs a credential older than {0}.',
        retentionText(command.keepMs),
      ),
      l10n.t('The command runs as you, without a shell, in {0}.', homedir()),
      ...(replaces ? ['', l10n.t('The value currently stored for “{0}” will be removed.', service)] : []),
    ].join('\n'),
    action: l10n.t('Use This Command'),
  });
}

/** Undefined when the user stopped it. */
async function run(
  app: GatewayPart,
  { service, auth }: CommandPurpose,
  command: ChosenCommand,
): Promise<CommandOutcome | undefined> {
  const controller = new AbortController();
  const { program, args } = command;
  const environment = commandEnvironment(process.env, localFolders());
  const outcome = await window.withProgress(
    {
      location: ProgressLocation.Notification,
      title: l10n.t('Running the command for “{0}”; it may ask you to unlock something', service),
      cancellable: true,
    },
    async (_progress, token): Promise<CommandOutcome> => {
      token.onCancellationRequested(() => controller.abort());
      try {
        return await app.gateway.ask((control) =>
          control.tryCommand(service, { program, args, environment }, controller.signal),
        );
      } catch (error) {
        return { why: phrase`${errorText(error)}` };
      }
    },
  );
  if (controller.signal.aborted) return undefined;
  const why = 'value' in outcome ? unsuitable(auth, outcome.value) : undefined;
  return why === undefined ? outcome : { why };
}

async function reportFailed({
  why,
  stderr,
}: Exclude<CommandOutcome, { readonly value: unknown }>): Promise<'again' | 'edit' | 'cancel'> {
  const [again, edit] = [l10n.t('Try Again'), l10n.t('Edit the Command')];
  const chosen = await chooseInModal(
    {
      warning: true,
      message: l10n.t('The command did not return a credential: {0}.', localized(why)),
      detail: [...(stderr === undefined ? [] : [stderr, '']), l10n.t('Nothing is stored.')].join('\n'),
    },
    [again, edit],
  );
  if (chosen === again) return 'again';
  return chosen === edit ? 'edit' : 'cancel';
}

function programText(problem: ProgramProblem, name: string): [what: string, whyAndNext: string] {
  switch (problem) {
    case 'not-found':
      return [
        l10n.t('There is no program “{0}”.', name),
        l10n.t('VS Code does not find this program on the PATH. Enter its absolute path.'),
      ];
    case 'relative':
      return [
        l10n.t('“{0}” is a relative path.', name),
        l10n.t('A relative path names a different program in each folder. Enter the absolute path.'),
      ];
    case 'in-workspace':
      return [
        l10n.t('“{0}” is in the workspace.', name),
        l10n.t('Agents can edit files in the workspace. Use a program installed outside it.'),
      ];
  }
}

function lineText(problem: CommandLineProblem): string {
  switch (problem.kind) {
    case 'empty':
      return l10n.t('Enter a program and its arguments.');
    case 'open-quote':
      return l10n.t('A quotation mark is not closed.');
    case 'control-character':
      return l10n.t('This contains a line break or another control character.');
    case 'too-long':
      return l10n.t('Use at most 2,000 characters. Put a longer command into a script.');
    case 'shell':
      return l10n.t(
        'No shell interprets {0}. Put it in single quotes, or move the command into a script.',
        problem.character,
      );
  }
}
