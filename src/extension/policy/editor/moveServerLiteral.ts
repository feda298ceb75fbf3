import * as vscode from 'vscode';
import { isUsable } from '../../../core/credentials/credentialInput.ts';
import { credentialsOf } from '../../../core/policy/compare/serverDestination.ts';
import type { Server } from '../../../core/policy/model/server.ts';
import { literalCredentials, serverLiterals } from '../../../core/policy/read/parse.ts';
import { referenceText, type ServerLiteral } from '../../../core/policy/read/serverLiteral.ts';
import type { Secret } from '../../../core/secret.ts';
import { applyEdits } from '../../../core/text/textEdit.ts';
import type { Binding } from '../../../gateway/control/controlPort.ts';
import type { App } from '../../app/app.ts';
import type { CredentialParts, GatewayPart, PolicyParts, WindowParts } from '../../app/parts.ts';
import { confirmServerCredential } from '../../credentials/commands/serverCredentialDialog.ts';
import type { CredentialId } from '../../credentials/model/credentialId.ts';
import { scopeOf } from '../../credentials/model/credentialSet.ts';
import { publishChange } from '../../gateway/commands/publishChange.ts';
import { reportFailure } from '../../ui/confirm.ts';
import { freeName } from '../../util/freeName.ts';

/**
 * Moves a literal credential of an upstream MCP server into SecretStorage: a reference takes its place in the file. It is bound
 * to what the file says of the server once no literal is left in it; the user confirms that in a modal.
 */
export async function moveServerLiteral(
  app: App,
  policyId: string,
  document: vscode.TextDocument,
  literal: ServerLiteral,
): Promise<void> {
  const { server, value } = literal;
  if (!value || !isUsable(value)) {
    return reportNotMoved(
      vscode.l10n.t(
        'The value is empty or is not a usable credential. Write “credential: NAME” instead, and enter the credential with “Enter Credential”.',
      ),
    );
  }
  const text = document.getText();
  const scope = scopeOf(policyId);
  const credential = freeName(
    server,
    (name) =>
      text.includes(`credential: ${name}`) ||
      app.services.list.some((service) => service.name === name) ||
      app.credentials.get({ scope, service: name }) !== undefined,
  );
  const destination = await destinationOf(app, text, literal, credential);
  if (!destination) {
    return reportNotMoved(
      vscode.l10n.t('The file has other errors, so it does not say where the credential may go. Correct them first.'),
    );
  }
  const agreed = await confirmServerCredential(destination.definition, value, destination, {
    action: vscode.l10n.t('Move'),
    besides: vscode.l10n.t(
      'The value will be removed from the file. If the file was shared or committed, rotate the credential with its provider.',
    ),
  });
  if (!agreed) return;
  if (document.getText() !== text) {
    return reportNotMoved(vscode.l10n.t('The file changed while this question was open. Try again.'));
  }
  await store(app, { scope, service: credential }, value, destination);
  const { start, end } = literal.valueSpan;
  const edit = new vscode.WorkspaceEdit();
  edit.replace(
    document.uri,
    new vscode.Range(document.positionAt(start), document.positionAt(end)),
    referenceText(literal, credential),
  );
  await vscode.workspace.applyEdit(edit);
  await document.save();
}

interface Destination extends Binding {
  readonly definition: Server;
}

/** For what the credential counts; undefined when the file has errors besides its literals. */
async function destinationOf(
  app: PolicyParts,
  text: string,
  literal: ServerLiteral,
  credential: string,
): Promise<Destination | undefined> {
  const references = serverLiterals(text).map((one, index) => {
    const own = one.valueSpan.start === literal.valueSpan.start;
    return { span: one.valueSpan, newText: referenceText(one, own ? credential : `other-literal-${index + 1}`) };
  });
  // Those of services will be gone, too, once they are moved.
  const removals = literalCredentials(text).map(({ removal }) => ({ span: removal, newText: '' }));
  const without = applyEdits(text, [...references, ...removals]);
  const definition = (await app.parse(without)).policy?.servers.get(literal.server);
  const found = definition && credentialsOf(definition).find((one) => one.credential === credential);
  return found && { ...found, definition };
}

async function store(
  app: CredentialParts & GatewayPart & WindowParts,
  id: CredentialId,
  value: Secret,
  { origin, placement }: Binding,
): Promise<void> {
  await app.credentials.put(id, value, { origin, placement });
  await publishChange(app, ['credentials'], {
    action: 'add',
    service: id.service,
    credential: { name: id.service, last4: value.last4 },
  });
}

function reportNotMoved(whyAndNext: string): Promise<void> {
  return reportFailure(vscode.l10n.t('The credential was not moved.'), whyAndNext);
}
