import { expect, test } from 'vitest';
import { registerCommands } from '../../../src/extension/app/registerCommands.ts';
import { CredentialNotSavedError } from '../../../src/extension/credentials/model/checkedSecret.ts';
import { ApprovalNotSavedError } from '../../../src/extension/state/approvalStore.ts';
import { fakeWindow } from '../support/fakeWindow.ts';
import { useEditor } from '../support/useEditor.ts';

const editor = useEditor();

test.for([
  [new CredentialNotSavedError('lost'), /secret storage did not save the value, so nothing was changed/],
  [new ApprovalNotSavedError('lost'), /secret storage did not save the value, so nothing was changed/],
  [new Error('The disk is full.'), /^The disk is full\.\n\nTry again\. If it keeps failing, the “Valet Key” output/],
] as const)('a command that fails with %s says why in a dialog, and in the log', async ([error, detail]) => {
  const { app, errors } = await fakeWindow();
  registerCommands(app, { 'valetKey.freezeAll': async () => () => Promise.reject(error) });
  const [[, run] = []] = editor.commands;
  await (run as () => Promise<void>)();
  expect(editor.shown).toMatchObject([{ kind: 'error', text: 'Valet Key could not finish that.' }]);
  expect(editor.shown[0]?.detail).toMatch(detail);
  expect(errors).toEqual([`valetKey.freezeAll: ${error.message}`]);
});
