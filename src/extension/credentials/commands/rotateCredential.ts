import { l10n } from 'vscode';
import { printCommandLine } from '../../../core/credentials/commandLine.ts';
import type { VscodeSessionAuth } from '../../../core/policy/auth/vscodeSession.ts';
import type { Service } from '../../../core/policy/model/service.ts';
import { Secret } from '../../../core/secret.ts';
import type { Binding } from '../../../gateway/control/controlPort.ts';
import type { App } from '../../app/app.ts';
import type { CredentialParts, GatewayPart, WindowParts } from '../../app/parts.ts';
import { publishChange } from '../../gateway/commands/publishChange.ts';
import { keyPageOf, notifyWithKeyPage } from '../../services/model/keyPage.ts';
import { isThere, lacksCredential, type ServiceSummary } from '../../services/model/serviceList.ts';
import { confirmInModal } from '../../ui/confirm.ts';
import { maskedText, placementText } from '../../ui/placementText.ts';
import { type Answer, askChoice, type StepFrame, single } from '../../ui/steps.ts';
import { bindingOf, sameBinding } from '../model/binding.ts';
import { askCommand } from './askCommand.ts';
import { type EnteredCredential, offerRemoval, storeEntered } from './enterCredential.ts';
import { askCredentialOf, suitsCommand } from './enterPayload.ts';
import { type NamedCredential, namedCredentials, pickCredential } from './pickCredential.ts';
import { allowSession } from './session.ts';
import { setServerCredential } from './setServerCredential.ts';
import { needsSignIn } from './signIn.ts';
import { undoRotation } from './undoRotation.ts';
import { type CandidateDecision, decideOnCandidate } from './verification.ts';

type Use = CandidateDecision & { readonly kind: 'use' };

/** Enters a credential that a policy names and that is not here yet. What is here already is another matter, with its own title. */
export async function enterCredential(app: App, argument: unknown): Promise<void> {
  return enterOrRotate(app, argument, l10n.t('Enter Credential'), ({ credential, of }) =>
    of.kind === 'service' ? lacksCredential(of.summary) : !isThere(credential),
  );
}

/**
 * Replaces a service's credential, or enters one where none is. The new one is verified before the old one goes, where
 * that is possible, and is swapped in one step: requests under way end with the old one. A credential for another origin
 * or placement than the one it was entered for is a new permission, and is decided in a modal that names both. Those of
 * upstream MCP servers are entered here, too.
 */
export async function rotateCredential(app: App, argument: unknown): Promise<void> {
  return enterOrRotate(app, argument, l10n.t('Rotate Credential'), () => true);
}

async function enterOrRotate(
  app: App,
  argument: unknown,
  title: string,
  suits: (one: NamedCredential) => boolean,
): Promise<void> {
  const suiting = namedCredentials(app).filter(
    (one) => suits(one) && (one.of.kind === 'server' || (one.of.kind === 'service' && one.of.summary.service)),
  );
  const picked = await pickCredential(argument, title, suiting);
  if (picked?.of.kind === 'server') return setServerCredential(app, picked.of.summary, picked.of.need);
  const summary = picked?.of.summary;
  if (!summary?.service) return;
  const { service } = summary;
  const { auth } = service;
  if (auth.type === 'vscode-session') return rotateSession(app, summary, auth);
  const bound = boundIn(app, summary);
  const present = bound && sameBinding(bound, bindingOf(service)) ? presentIn(app, summary) : undefined;
  return replaceCredential(app, summary, async (frame) => {
    const same = needsSignIn(service) && present ? await askSameClient(frame, present) : undefined;
    if (same && same.kind !== 'back') return same;
    return askCredentialOf(frame, auth, {
      prompt: promptFor(service, bound !== undefined),
      keyPage: keyPageOf(service),
      present,
      // Who rotates has a new value at hand; one that is only now entered may stand in a file.
      fromFile: bound === undefined,
      fromCommand: (after) => askCommandFor(app, after, summary),
    });
  });
}

function promptFor({ name, auth, baseUrl: { origin } }: Service, rotates: boolean): string {
  const placement = placementText(auth);
  return rotates
    ? l10n.t('New credential for {0}. It is sent only to {1}, {2}.', name, origin, placement)
    : l10n.t('Credential for {0}. It is sent only to {1}, {2}.', name, origin, placement);
}

/** Who only signs in again need not enter the client secret again: `back` is for another one. */
async function askSameClient(frame: StepFrame, present: Secret): Promise<Answer<EnteredCredential>> {
  const answer = await askChoice(frame, l10n.t('How do you want to sign in?'), [
    { label: l10n.t('With the same client as before'), description: l10n.t('nothing to enter'), value: true },
    { label: l10n.t('With another client secret…'), value: false },
  ]);
  if (answer.kind !== 'value') return { kind: 'cancel' };
  return answer.value ? { kind: 'value', value: { value: present } } : { kind: 'back' };
}

/** The same, from a command of the user's own choosing at once. */
export async function takeFromCommand(app: App, argument: unknown): Promise<void> {
  const suiting = namedCredentials(app).filter(
    ({ of }) => of.kind === 'service' && of.summary.service !== undefined && suitsCommand(of.summary.service.auth),
  );
  const picked = await pickCredential(argument, l10n.t('Take Credential from a Command'), suiting);
  if (picked?.of.kind !== 'service') return;
  const { summary } = picked.of;
  return replaceCredential(app, summary, (frame) => askCommandFor(app, frame, summary));
}

function askCommandFor(
  app: App,
  frame: StepFrame,
  { name, service, credentialId }: ServiceSummary,
): Promise<Answer<EnteredCredential>> {
  if (!service) return Promise.resolve({ kind: 'cancel' });
  const record = app.credentials.get(credentialId);
  const before =
    record?.state === 'command' ? printCommandLine([record.command.program, ...record.command.args]) : undefined;
  return askCommand(
    app,
    { ...frame, title: l10n.t('Take Credential from a Command') },
    {
      service: name,
      auth: service.auth,
      origin: service.baseUrl.origin,
      replaces: record?.state === 'present',
      ...(before === undefined ? {} : { before }),
    },
  );
}

async function replaceCredential(
  app: App,
  summary: ServiceSummary,
  ask: (frame: StepFrame) => Promise<Answer<EnteredCredential>>,
): Promise<void> {
  const { name, service, credentialId } = summary;
  if (!service) return;
  const binding = bindingOf(service);
  const bound = boundIn(app, summary);
  const again = bound !== undefined && sameBinding(bound, binding);
  for (;;) {
    const answer = await ask(single(bound ? l10n.t('Rotate Credential') : l10n.t('Enter Credential')));
    if (answer.kind !== 'value') return;
    const entered = answer.value;
    // Before the verification, which already sends the value there. A command was confirmed with its destination.
    if (!again && !entered.command && !(await confirmDestination(service, entered.value, binding, bound))) return;
    const decision = await decideOnCandidate(app, service, { value: entered.value, binding });
    if (decision.kind === 'cancel') return;
    if (decision.kind === 'again') continue;
    const { value } = decision;
    await storeEntered(app, credentialId, { ...entered, value }, binding, decision.findings);
    await publishChange(app, ['credentials'], {
      action: bound ? 'rotate' : 'add',
      service: name,
      credential: { name, last4: value.last4 },
    });
    // Not waited for: a toast may stand for minutes.
    void notifyDone(app, summary, bound !== undefined, decision);
    return offerRemovalOf(entered);
  }
}

/** Nothing is entered: the user allows the session for the destination, and VS Code asks about the session itself. */
async function rotateSession(
  app: CredentialParts & GatewayPart & WindowParts,
  { name, service, credentialId }: ServiceSummary,
  auth: VscodeSessionAuth,
) {
  if (!service) return;
  const binding = bindingOf(service);
  if (!(await confirmDestination(service, new Secret(''), binding, undefined))) return;
  if (!(await allowSession(auth))) return;
  await app.credentials.putSession(credentialId, binding);
  await publishChange(app, ['credentials'], { action: 'add', service: name });
}

function presentIn(app: CredentialParts, { credentialId }: ServiceSummary): Secret | undefined {
  const record = app.credentials.get(credentialId);
  return record?.state === 'present' ? record.value : undefined;
}

/** For which destination the user entered what there is. */
function boundIn(app: CredentialParts, { credentialId }: ServiceSummary): Binding | undefined {
  const record = app.credentials.get(credentialId);
  return record?.state === 'present' || record?.state === 'command' ? record.binding : undefined;
}

async function confirmDestination(
  service: Service,
  value: Secret,
  binding: Binding,
  bound: Binding | undefined,
): Promise<boolean> {
  return confirmInModal({
    warning: bound !== undefined,
    message: l10n.t('Send this credential to {0}?', binding.origin),
    detail: [
      l10n.t('Service: {0}', service.name),
      l10n.t('Credential: {0}, sent {1}', maskedText(value.last4), placementText(service.auth)),
      ...(bound ? [l10n.t('The current credential was entered for {0} ({1}).', bound.origin, bound.placement)] : []),
    ].join('\n'),
    action: l10n.t('Use This Credential'),
  });
}

async function notifyDone(app: App, { name, service, credentialId }: ServiceSummary, rotated: boolean, { note }: Use) {
  const keyPage = keyPageOf(service);
  if (!rotated) {
    return notifyWithKeyPage([l10n.t('Credential saved for “{0}”.', name), note].filter(Boolean).join(' '), undefined);
  }
  const undo = { label: l10n.t('Undo…'), run: () => undoRotation(app, name) };
  await notifyWithKeyPage(
    [
      l10n.t('“{0}” is rotated.', name),
      note,
      l10n.t('The provider still accepts the old credential until you revoke it there.'),
    ]
      .filter(Boolean)
      .join(' '),
    keyPage,
    app.credentials.undoOffer(credentialId) ? [undo] : [],
  );
}

async function offerRemovalOf({ source }: EnteredCredential): Promise<void> {
  if (source) await offerRemoval(source);
}
