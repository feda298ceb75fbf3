import { expect, test } from 'vitest';
import { restartGateway } from '../../../../src/extension/gateway/commands/restartGateway.ts';
import { fakeWindow } from '../../support/fakeWindow.ts';
import { useEditor } from '../../support/useEditor.ts';

const editor = useEditor();

test('one that runs is left alone', async () => {
  const { app, run } = await fakeWindow();
  await restartGateway(app);
  expect([editor.toasts, run.told]).toEqual([['The gateway is running.'], []]);
});

test('one that is only starting is waited for', async () => {
  const { app } = await fakeWindow({}, { running: false });
  await restartGateway(app);
  expect(editor.toasts).toEqual(['The gateway is starting.']);
});

test('one that does not start again says why', async () => {
  const { app, run } = await fakeWindow();
  run.end('exit status 1');
  await new Promise(setImmediate);
  run.refusing = 'policies';
  await expect(restartGateway(app)).rejects.toThrow(/The gateway did not start: /);
});
