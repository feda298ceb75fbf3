import * as vscode from 'vscode';
import { isUsable } from '../../../core/credentials/credentialInput.ts';
import { literalCredentials, serverLiterals } from '../../../core/policy/read/parse.ts';
import type { App } from '../../app/app.ts';
import { bindingOf } from '../../credentials/model/binding.ts';
import { scopeOf } from '../../credentials/model/credentialSet.ts';
import { publishChange } from '../../gateway/commands/publishChange.ts';
import { confirmInModal, reportFailure } from '../../ui/confirm.ts';
import { maskedText, placementText } from '../../ui/placementText.ts';
import { moveServerLiteral } from './moveServerLiteral.ts';

/**
 * Moves the literal credential in this line (from 0) into SecretStorage. It is bound to the destination that the file
 * names once the literal is out; the user confirms that destination in a modal.
 */
export async function moveLiteralCredential(app: App, uri: vscode.Uri, line: number): Promise<void> {
  const policyId = app.locations.idOf(uri);
  if (policyId === undefined) return;
  const document = await vscode.workspace.openTextDocument(uri);
  const text = document.getText();
  const ofServer = serverLiterals(text).find(({ pairSpan }) => document.positionAt(pairSpan.start).line === line);
  if (ofServer) return moveServerLiteral(app, policyId, document, ofServer);
  const literal = literalCredentials(text).find(({ pairSpan }) => document.positionAt(pairSpan.start).line === line);
  if (!literal?.value || !isUsable(literal.value)) {
    return reportFailure(
      vscode.l10n.t('There is no credential to move here.'),
      vscode.l10n.t(
        'The value is empty or is not a usable credential. Delete this line, and enter the credential with “Enter Credential”.',
      ),
    );
  }
  const without = text.slice(0, literal.removal.start) + text.slice(literal.removal.end);
  const service = (await app.parse(without)).policy?.services.get(literal.service);
  if (!service) {
    return reportFailure(
      vscode.l10n.t('The credential was not moved.'),
      vscode.l10n.t('The file has other errors, so it does not say where the credential may go. Correct them first.'),
    );
  }
  const agreed = await confirmInModal({
    message: vscode.l10n.t('Send this credential to {0}?', service.baseUrl.origin),
    detail: [
      vscode.l10n.t('Service: {0}', literal.service),
      vscode.l10n.t('Credential: {0}, sent {1}', maskedText(literal.value.last4), placementText(service.auth)),
      '',
      vscode.l10n.t(
        'The value will be removed from the file. If the file was shared or committed, rotate the credential with its provider.',
      ),
    ].join('\n'),
    action: vscode.l10n.t('Move'),
  });
  if (!agreed) return;
  if (document.getText() !== text) {
    return reportFailure(
      vscode.l10n.t('The credential was not moved.'),
      vscode.l10n.t('The file changed while this question was open. Try again.'),
    );
  }
  await app.credentials.put({ scope: scopeOf(policyId), service: literal.service }, literal.value, bindingOf(service));
  await publishChange(app, ['credentials'], {
    action: 'add',
    service: literal.service,
    credential: { name: literal.service, last4: literal.value.last4 },
  });
  const edit = new vscode.WorkspaceEdit();
  edit.delete(
    uri,
    new vscode.Range(document.positionAt(literal.removal.start), document.positionAt(literal.removal.end)),
  );
  await vscode.workspace.applyEdit(edit);
  await document.save();
}
