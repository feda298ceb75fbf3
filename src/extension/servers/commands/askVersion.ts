import { homedir } from 'node:os';
import { l10n } from 'vscode';
import type { Fix } from '../../../core/checkup/model/checkupModel.ts';
import { holdsCredential } from '../../../core/checkup/secrets/pasted.ts';
import { isExactVersion, versionExample } from '../../../core/packages/versions.ts';
import { installedVersion } from '../../checkup/scan/installedVersion.ts';
import { localFolders } from '../../gateway/model/windowInfo.ts';
import { type Answer, askText, type StepFrame } from '../../ui/steps.ts';
import { shownText } from '../../util/shownText.ts';

type Package = Pick<Extract<Fix, { kind: 'pin' }>, 'packageName' | 'ecosystem'>;

/** Asks for the one version that a package is pinned to; what ran last on this machine is proposed. */
export async function askVersion(frame: StepFrame, { packageName, ecosystem }: Package): Promise<Answer<string>> {
  const installed = ecosystem === 'npm' ? await installedVersion(packageName, homedir(), localFolders()) : undefined;
  const name = shownText(packageName);
  const answer = await askText(frame, {
    prompt:
      installed === undefined
        ? newVersionText(name, lookUp({ packageName, ecosystem }))
        : l10n.t('Which version of {0}? On this machine it was last {1}.', name, installed),
    placeholder: versionExample(ecosystem),
    value: installed ?? '',
    // A version may be a hash.
    misplaced: holdsCredential,
    problem: (version) =>
      isExactVersion(ecosystem, version.trim())
        ? undefined
        : l10n.t('Enter one exact version, such as {0}.', versionExample(ecosystem)),
  });
  return answer.kind === 'value' ? { kind: 'value', value: answer.value.trim() } : answer;
}

function newVersionText(name: string, command: string | undefined): string {
  return command === undefined
    ? l10n.t('Which version of {0}? Choose one that you trust.', name)
    : l10n.t('Which version of {0}? Choose one that you trust. To look them up, run in a terminal: {1}', name, command);
}

/** What tells a package's versions; nothing for a name that a shell could take for more than a name. */
function lookUp({ packageName, ecosystem }: Package): string | undefined {
  const address = packageName.replace(/^git\+/, '');
  if (!/^[A-Za-z0-9@][\w@./:+-]{0,199}$/.test(address)) return undefined;
  switch (ecosystem) {
    case 'npm':
      return `npm view ${packageName} version`;
    case 'pypi':
      return `pip index versions ${packageName}`;
    case 'docker':
      return `docker image ls --digests ${packageName}`;
    case 'git':
      return /^(?:https|ssh):\/\//.test(address) ? `git ls-remote --tags ${address}` : undefined;
    case 'deno':
      return undefined;
  }
}
