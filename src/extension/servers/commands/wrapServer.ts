import { l10n } from 'vscode';
import { credentialsOf, destinationOf } from '../../../core/policy/compare/serverDestination.ts';
import { type NewTools, withServer } from '../../../core/policy/edit/serverWriter.ts';
import type { Server } from '../../../core/policy/model/server.ts';
import { PolicyNotWritableError } from '../../../core/policy/text/insertion.ts';
import type { Secret } from '../../../core/secret.ts';
import type { App } from '../../app/app.ts';
import type { PolicyParts } from '../../app/parts.ts';
import { FileNotChangedError } from '../../checkup/repair/changeFiles.ts';
import { serverWorkspaceWarning } from '../../credentials/commands/workspaceWarning.ts';
import type { CredentialId } from '../../credentials/model/credentialId.ts';
import { scopeOf } from '../../credentials/model/credentialSet.ts';
import { publishChange } from '../../gateway/commands/publishChange.ts';
import { confirmInModal } from '../../ui/confirm.ts';
import { showDifference } from '../../ui/difference.ts';
import { maskedText } from '../../ui/placementText.ts';
import { localized } from '../../util/localized.ts';
import type { WantedServer } from './wrapQuestions.ts';

/** More names would not fit a dialog. */
const MAX_NAMES = 8;

/**
 * Makes an upstream MCP server of one that a client started: shows the policy's change, asks in a modal that names what is
 * started, with which secrets and which tools, then stores the secrets, reads them back, and writes the policy. Undefined when the
 * user said no; throws {@link FileNotChangedError} when it cannot be done.
 *
 * @returns the credential that each value became
 */
export async function wrapServer(app: App, wanted: WantedServer): Promise<readonly WrappedValue[] | undefined> {
  const { server, policyId, values } = wanted;
  const entry = app.policies.get(policyId);
  const label = entry?.label ?? policyId;
  if (app.locations.isDirty(policyId)) {
    throw new FileNotChangedError(l10n.t('{0} has unsaved changes. Save or revert them, and try again.', label));
  }
  if (entry?.disk === 'invalid') {
    throw new FileNotChangedError(l10n.t('{0} has errors. Correct them, and try again.', label));
  }
  const before = entry?.text ?? '';
  const after = changed(before, wanted);
  const definition = await definitionIn(app, after, server.name);
  const close = await showDifference(app.texts, label, before, after);
  const inWorkspace = await serverWorkspaceWarning(server.run);
  const agreed = await confirmInModal({
    warning: inWorkspace.length > 0,
    message:
      server.run.by === 'url'
        ? l10n.t('Let Valet Key connect to “{0}” and give it its secrets?', server.name)
        : l10n.t('Let Valet Key start “{0}” and give it its secrets?', server.name),
    detail: detailOf(definition, wanted, label, inWorkspace),
    action: l10n.t('Wrap It'),
  });
  await close();
  if (!agreed) return undefined;

  const stored: WrappedValue[] = [];
  for (const { credential, ...binding } of credentialsOf(definition)) {
    const value = values.get(credential);
    if (!value) throw new Error('The policy names a credential that has no value.');
    const id = { scope: scopeOf(policyId), service: credential };
    await app.credentials.put(id, value, binding);
    const record = app.credentials.get(id);
    if (record?.state !== 'present' || !record.value.equals(value)) {
      throw new FileNotChangedError(
        l10n.t('“{0}” could not be read back, so nothing was removed from the file.', credential),
      );
    }
    stored.push({ id, value });
  }
  if (policyId === 'user') await app.locations.ensureUserPolicy();
  await app.policies.approveOwnChange(
    policyId,
    (approved) => changed(approved, wanted),
    (written) => app.locations.write(policyId, changed(written, wanted)),
  );
  await publishChange(app, ['policies', 'credentials'], { action: 'wrap', service: server.name });
  return stored;
}

/** A value that was stored, and as what. */
export interface WrappedValue {
  readonly id: CredentialId;
  readonly value: Secret;
}

function changed(text: string | undefined, { server }: WantedServer): string {
  try {
    return withServer(text, server);
  } catch (error) {
    if (error instanceof PolicyNotWritableError) throw new FileNotChangedError(localized(error.why));
    throw error;
  }
}

/** The server as the policy language reads it. */
async function definitionIn(app: PolicyParts, text: string, name: string): Promise<Server> {
  const { policy, problems } = await app.parse(text);
  const definition = policy?.servers.get(name);
  if (definition) return definition;
  throw new FileNotChangedError(
    localized(problems.find(({ severity }) => severity === 'error')?.message) ??
      l10n.t('A policy cannot describe this server. Choose another way to store its secrets.'),
  );
}

function detailOf(
  definition: Server,
  { server, values }: WantedServer,
  label: string,
  inWorkspace: readonly string[],
): string {
  const byCommand = definition.run.by === 'command';
  return [
    l10n.t('Server: {0}', destinationOf(definition)),
    ...credentialsOf(definition).map(({ credential, placement }) =>
      l10n.t('Credential: {0}, in {1}', maskedText(values.get(credential)?.last4 ?? ''), placement),
    ),
    l10n.t('Tools: {0}', toolsText(server.tools)),
    l10n.t('Written to: {0}', label),
    '',
    ...inWorkspace,
    l10n.t('The change is shown behind this dialog. You can edit the allowed tools in the policy file at any time.'),
    byCommand
      ? l10n.t(
          'That program, its child processes and other programs of yours can read the secrets in its environment. Only wrap a server that you trust.',
        )
      : l10n.t('The secrets are sent to that address only.'),
  ].join('\n');
}

function toolsText({ allow, ask }: NewTools): string {
  if (ask.includes('*')) return l10n.t('every call asks you');
  return [
    ...(allow.length > 0 ? [l10n.t('allowed: {0}', namesText(allow))] : []),
    ...(ask.length > 0 ? [l10n.t('every call asks you: {0}', namesText(ask))] : []),
  ].join(' · ');
}

function namesText(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  const shown = names.slice(0, MAX_NAMES).join(', ');
  return more > 0 ? l10n.t('{0} and {1} more', shown, more) : shown;
}
