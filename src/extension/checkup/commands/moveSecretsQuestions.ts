import { l10n } from 'vscode';
import type { ReferenceSource } from '../../../core/checkup/edit/clientReferences.ts';
import { secretLabel } from '../../../core/checkup/edit/secretLabel.ts';
import type { ClientName } from '../../../core/checkup/model/checkupModel.ts';
import { CLIENT_PLACES } from '../../../core/checkup/model/clientPlaces.ts';
import { secretKind } from '../../../core/checkup/secrets/secretKind.ts';
import { KNOWN_SERVICES } from '../../../core/services/knownServices.ts';
import type { CredentialParts } from '../../app/parts.ts';
import { maskedText } from '../../ui/placementText.ts';
import { askChoice, type Choice, runSteps, type Step, type StepFrame } from '../../ui/steps.ts';
import { localized } from '../../util/localized.ts';
import { shownText } from '../../util/shownText.ts';
import { choicesFor, formOf, type Move, type MoveChoice } from '../repair/movePlan.ts';
import type { PlannedChange } from '../repair/plannedChange.ts';
import type { PlainSecret } from '../repair/secretPlaces.ts';
import { inSameServer, serverOf } from '../repair/serverOfSecret.ts';

/** What can become of servers whose secrets move. */
export interface ServerOffers {
  /** Whether the server of a secret can be wrapped. */
  readonly wrappable: (secret: PlainSecret) => boolean;
  /** Whether Valet Key's own server comes in the place of the secret's, where Valet Key uses the secret. */
  readonly comesInstead: (secret: PlainSecret, before: readonly Move[]) => boolean;
}

/**
 * What is to become of each secret; undefined when the user gave up. A server is wrapped with all its secrets, so the
 * others of `all` in its entry go along and are not asked about.
 *
 * @param all every secret that was found, those to ask about included
 */
export async function askMoves(
  app: CredentialParts,
  secrets: readonly PlainSecret[],
  all: readonly PlainSecret[],
  offers: ServerOffers,
): Promise<readonly Move[] | undefined> {
  const answers = new Map<PlainSecret, MoveChoice>();
  const goesAlong = (secret: PlainSecret): boolean =>
    [...answers].some(([other, choice]) => other !== secret && choice === 'wrap' && inSameServer(other, secret));
  const asked = (): readonly PlainSecret[] => secrets.filter((secret) => answers.has(secret) || !goesAlong(secret));
  const steps = (): readonly Step[] =>
    asked().map((secret, index) => async (frame: StepFrame) => {
      for (const later of asked().slice(index)) answers.delete(later);
      const before = [...answers].map(([other, choice]) => ({ secret: other, choice }));
      const choices = choicesFor(secret, before, offers.wrappable(secret));
      const leads = offers.comesInstead(secret, before);
      const answer = await askChoice<MoveChoice>(
        frame,
        questionText(secret, secrets.slice(0, secrets.indexOf(secret))),
        choices.map((choice, index) => ({
          ...choiceText(app, secret, choice, leads),
          ...(index === 0 && choice !== 'skip' ? { description: l10n.t('recommended') } : {}),
        })),
      );
      if (answer.kind !== 'value') return answer.kind;
      answers.set(secret, answer.value);
      return 'next' as const;
    });
  if (!(await runSteps(l10n.t('Move Secrets out of MCP Configuration'), steps))) return undefined;
  return [...new Set([...secrets, ...all])].flatMap((secret): Move[] => {
    const choice = answers.get(secret) ?? (goesAlong(secret) ? 'wrap' : undefined);
    return choice === undefined ? [] : [{ secret, choice }];
  });
}

/** A secret as people may see it: what it is, in which server and file, and its last four characters. */
export function secretText({ shown, file, value, text }: PlainSecret): string {
  const { secret, server } = shown.finding;
  // `-e` and `-c` say nothing of what stands behind them.
  const isSet = secret?.name?.startsWith('-') && !/^connection string$| in a URL$/.test(secret.kind);
  const name = secret && isSet ? secretLabel(secret, text.value) : secret?.name;
  return l10n.t(
    '{0} {1} in “{2}”, {3}',
    shownText(name ?? (secret && localized(secretKind(secret.kind))) ?? '', 40),
    maskedText(value.last4),
    shownText(server ?? '', 40),
    file.label,
  );
}

function questionText(secret: PlainSecret, before: readonly PlainSecret[]): string {
  const same = before.find(({ value }) => value.equals(secret.value));
  return same
    ? l10n.t('What about {0}, the same value as in {1}?', secretText(secret), same.file.label)
    : l10n.t('What about {0}?', secretText(secret));
}

/** That a difference does not show the whole of a file, if so. */
export function partText(changes: readonly PlannedChange[]): readonly string[] {
  const parts = changes.filter(({ shown }) => shown.isPart).map(({ label }) => label);
  return parts.length === 0
    ? []
    : [l10n.t('Of {0}, which is large, only the part with the changes is shown.', parts.join(', ')), ''];
}

/** Shorter ones may stand in a file by chance. */
const MIN_TOLD = 8;

/** That a file has a secret in another place still, such as a comment, which is nobody's setting. */
export function leftText(moves: readonly Move[], changes: readonly PlannedChange[]): readonly string[] {
  const lines = moves.flatMap(({ secret, choice }) => {
    const { start, end } = secret.shown.finding.secret?.within ?? { start: 0, end: 0 };
    const value = secret.text.value.slice(start, end);
    const after = changes.find(({ uri }) => uri === secret.file.uri)?.after ?? '';
    const isKept = moves.some(
      (other) =>
        other.choice === 'skip' && other.secret.file.uri === secret.file.uri && other.secret.value.equals(secret.value),
    );
    return choice === 'skip' || isKept || value.length < MIN_TOLD || !after.includes(value)
      ? []
      : [
          l10n.t(
            '{0} has {1} in another place, too, such as a comment: remove it there by hand.',
            secret.file.label,
            maskedText(secret.value.last4),
          ),
        ];
  });
  return lines.length === 0 ? [] : [...new Set(lines), ''];
}

/** What the user has to do so that a client finds the value of a variable that its file names. */
export function settingText(
  { file: { client } }: PlainSecret['file'],
  source: ReferenceSource,
  variable: string,
): string {
  switch (source) {
    case 'environment':
      return l10n.t('Set {0} in the environment that {1} is started in.', variable, labelOf(client));
    case 'continue':
      return l10n.t('Add {0} to ~/.continue/.env.', variable);
    case 'repository':
      return l10n.t('Add {0} to the secrets of the repository’s environment “copilot” on GitHub.', variable);
    case 'container-host':
      return l10n.t('Set {0} in the environment of the machine that opens the container.', variable);
  }
}

/** Where a client takes the value from that its file only names. */
function sourceText({ file: { client } }: PlainSecret['file'], source: ReferenceSource): string {
  switch (source) {
    case 'environment':
      return l10n.t('{0} takes it from its environment.', labelOf(client));
    case 'continue':
      return l10n.t('Continue takes it from ~/.continue/.env.');
    case 'repository':
      return l10n.t('Copilot takes it from the repository’s secrets on GitHub.');
    case 'container-host':
      return l10n.t('The container takes it from the machine that opens it.');
  }
}

export function labelOf(client: ClientName): string {
  return CLIENT_PLACES.find((one) => one.client === client)?.label ?? client;
}

function choiceText(app: CredentialParts, secret: PlainSecret, choice: MoveChoice, leads: boolean): Choice<MoveChoice> {
  const { shown, value, file } = secret;
  const server = shownText(shown.finding.server ?? '', 40);
  const [holder] = app.credentials.holders(value);
  const provider = KNOWN_SERVICES.find(({ id }) => id === shown.finding.secret?.provider);
  const how = holder
    ? l10n.t('Already stored for “{0}”.', holder.service)
    : provider
      ? l10n.t('Sent only to {0}.', new URL(provider.baseUrl).host)
      : l10n.t('You choose the API.');
  switch (choice) {
    case 'use-without-server':
      return leads
        ? {
            label: `$(shield) ${l10n.t('Use it through Valet Key, which takes the server’s place')}`,
            detail: l10n.t('{0} {1} starts Valet Key as “{2}”.', how, labelOf(file.file.client), server),
            value: choice,
          }
        : {
            label: `$(shield) ${l10n.t('Use it through Valet Key, and remove the server')}`,
            detail: l10n.t('{0} “{1}” is removed from this file.', how, server),
            value: choice,
          };
    case 'wrap':
      return {
        label: `$(server-process) ${
          serverOf(secret)?.url
            ? l10n.t('Wrap it: Valet Key connects to the server with the secret')
            : l10n.t('Wrap it: Valet Key starts the server and gives it the secret')
        }`,
        detail: l10n.t('“{0}” keeps working. You approve its tools, and can freeze it.', server),
        value: choice,
      };
    case 'use-beside-server':
      return {
        label: `$(key) ${l10n.t('Use it through Valet Key, and keep the server without it')}`,
        detail: l10n.t('{0} “{1}” stays, without the secret.', how, server),
        value: choice,
      };
    case 'ask':
      return {
        label: `$(lock) ${l10n.t('Keep the server, take the secret from VS Code')}`,
        detail: l10n.t('VS Code asks once, and keeps it encrypted. Have a new one ready.'),
        value: choice,
      };
    case 'reference':
      return {
        label: `$(symbol-variable) ${l10n.t('Keep the server, take the secret from a variable')}`,
        detail: l10n.t('{0} Have a new one ready.', sourceText(file, formOf(secret)?.source ?? 'environment')),
        value: choice,
      };
    case 'drop':
      return {
        label: `$(trash) ${l10n.t('Remove it together with the server')}`,
        detail: l10n.t('Nothing else uses it. The backup keeps it for seven days.'),
        value: choice,
      };
    case 'remove':
      return {
        label: `$(trash) ${l10n.t('Remove it from the file')}`,
        detail: l10n.t('What needs it has to get it from elsewhere. The backup keeps it for seven days.'),
        value: choice,
      };
    case 'skip':
      return {
        label: `$(debug-step-over) ${l10n.t('Skip')}`,
        detail: l10n.t('The secret stays in the file, in plain text.'),
        value: choice,
      };
  }
}
