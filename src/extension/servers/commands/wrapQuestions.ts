import { l10n, lm } from 'vscode';
import { leastTools, toolsInEditor } from '../../../core/policy/edit/knownTools.ts';
import { withServer } from '../../../core/policy/edit/serverWriter.ts';
import type { CredentialParts, PolicyParts, ServiceParts } from '../../app/parts.ts';
import type { Move } from '../../checkup/repair/movePlan.ts';
import type { PlainSecret } from '../../checkup/repair/secretPlaces.ts';
import { plainName, type ServerWithValues, serverOfDraft } from '../../checkup/repair/serverOfDraft.ts';
import { serverKeyOf } from '../../checkup/repair/serverOfSecret.ts';
import { type WrapDraft, wrapDrafts } from '../../checkup/repair/wrapDraft.ts';
import { scopeOf } from '../../credentials/model/credentialSet.ts';
import { askFile, isTaken, nameProblem } from '../../services/commands/addServiceQuestions.ts';
import { askText, runSteps, type Step } from '../../ui/steps.ts';
import { freeName } from '../../util/freeName.ts';
import { nextTurn } from '../../util/nextTurn.ts';
import { shownText } from '../../util/shownText.ts';
import { askVersion } from './askVersion.ts';

/** A server that is to be wrapped, with everything that the user said of it. */
export interface WantedServer extends ServerWithValues {
  readonly draft: WrapDraft;
  readonly policyId: string;
}

/** What the policy can say of each server with secrets, by `serverKeyOf`: only what it takes without an error is offered. */
export async function usableDrafts(
  app: PolicyParts,
  secrets: readonly PlainSecret[],
): Promise<ReadonlyMap<string, WrapDraft>> {
  const usable = new Map<string, WrapDraft>();
  for (const [key, draft] of wrapDrafts(secrets, process.platform)) {
    // There may be a thousand.
    await nextTurn();
    if (!draft) continue;
    const { server } = serverOfDraft(draft, {
      name: 'server',
      versions: draft.loose.map(() => '1.2.3'),
      tools: leastTools([]),
      isTaken: () => false,
    });
    if ((await app.parse(withServer(undefined, server))).policy) usable.set(key, draft);
  }
  return usable;
}

/** Asks for each server that is to be wrapped; undefined when the user gave up. */
export async function askWraps(
  app: CredentialParts & PolicyParts & ServiceParts,
  drafts: ReadonlyMap<string, WrapDraft>,
  moves: readonly Move[],
): Promise<ReadonlyMap<string, WantedServer> | undefined> {
  const wantedServers = new Map<string, WantedServer>();
  for (const { secret, choice } of moves) {
    const key = serverKeyOf(secret);
    const draft = key === undefined ? undefined : drafts.get(key);
    if (choice !== 'wrap' || key === undefined || !draft || wantedServers.has(key)) continue;
    const wanted = await askWrap(app, draft, [...wantedServers.values()]);
    if (!wanted) return undefined;
    wantedServers.set(key, wanted);
  }
  return wantedServers;
}

/**
 * Asks what the file does not say: the server's name in the policy, the versions of what is not pinned, and which policy
 * gets it, where there is a choice. Undefined when the user gave up.
 *
 * @param others the servers that are to be wrapped besides
 */
async function askWrap(
  app: CredentialParts & PolicyParts & ServiceParts,
  draft: WrapDraft,
  others: readonly WantedServer[],
): Promise<WantedServer | undefined> {
  const taken = (name: string): boolean => isTaken(app, name) || others.some(({ server }) => server.name === name);
  const answers = { name: freeName(plainName(draft.entry.name) || 'server', taken), policyId: 'user' };
  const versions: string[] = [];
  const askName: Step = async (frame) => {
    const answer = await askText(frame, {
      prompt: l10n.t('Its name in the policy'),
      value: answers.name,
      problem: (text) =>
        nameProblem(app, text.trim()) ??
        (taken(text.trim())
          ? l10n.t('Another server in this change has that name. Choose a different one.')
          : undefined),
    });
    if (answer.kind !== 'value') return answer.kind;
    answers.name = answer.value.trim();
    return 'next';
  };
  const askVersions = draft.loose.map(
    ({ name, ecosystem }, index): Step =>
      async (frame) => {
        const answer = await askVersion(frame, { packageName: name, ecosystem });
        if (answer.kind !== 'value') return answer.kind;
        versions[index] = answer.value;
        return 'next';
      },
  );
  const askPolicy = askFile(app, answers, l10n.t('Which policy file gets the server?'));
  const title = l10n.t('Wrap “{0}”', shownText(draft.entry.name, 40));
  if (!(await runSteps(title, () => [askName, ...askVersions, ...askPolicy]))) return undefined;
  const { name, policyId } = answers;
  const scope = scopeOf(policyId);
  // Only of its own servers VS Code tells the tools, and only while they run.
  const known =
    draft.file.file.client === 'vscode'
      ? toolsInEditor(
          draft.entry.name,
          lm.tools.map((tool) => tool.name),
        )
      : [];
  const wrapped = serverOfDraft(draft, {
    name,
    versions,
    tools: leastTools(known),
    isTaken: (credential) =>
      app.credentials.get({ scope, service: credential }) !== undefined ||
      (credential !== name && isTaken(app, credential)) ||
      others.some(({ values }) => values.has(credential)),
  });
  return { ...wrapped, draft, policyId };
}
