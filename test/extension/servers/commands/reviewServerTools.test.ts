import { expect, test } from 'vitest';
import { reviewServerTools } from '../../../../src/extension/servers/commands/reviewServerTools.ts';
import type { SeenTool } from '../../../../src/gateway/control/controlPort.ts';
import { type Act, CLOSE } from '../../support/fakeEditor.ts';
import { fakeWindow } from '../../support/fakeWindow.ts';
import { useEditor } from '../../support/useEditor.ts';

const editor = useEditor();

function tool(name: string, hash = 'first'): SeenTool {
  return { name, hash, definition: `{"name":"${name}","description":"${hash}"}`, status: 'changed' } as SeenTool;
}

async function offering(...tools: readonly SeenTool[]) {
  const window = await fakeWindow();
  await window.app.toolPins.note({ server: 'files', first: false, tools });
  return window;
}

test.for<[act: Act, accepted: readonly string[]]>([
  ['Accept These Tools', ['read_file', 'write_file']],
  [CLOSE, []],
])('%s', async ([act, accepted]) => {
  const { app, run } = await offering(tool('read_file'), tool('write_file'));
  editor.will(act);
  await reviewServerTools(app, 'files');
  expect(app.toolPins.pins.flatMap(({ tools }) => tools.map(({ name }) => name))).toEqual(accepted);
  expect(run.told).toEqual(accepted.length > 0 ? ['toolPins', 'record accept tools'] : []);
  expect(editor.shown[0]?.detail).toMatch(/^New: read_file, write_file/);
});

test('tools that changed again while they were reviewed are not accepted', async () => {
  const { app } = await offering(tool('read_file'));
  const { read } = editor;
  let noted: Promise<unknown> = Promise.resolve();
  editor.read = () => {
    read();
    noted = app.toolPins.note({ server: 'files', first: false, tools: [tool('read_file', 'second')] });
  };
  editor.will('Accept These Tools');
  await reviewServerTools(app, 'files');
  await noted;
  expect(editor.shown.at(-1)).toMatchObject({ kind: 'error', text: 'Nothing was accepted.' });
  expect(app.toolPins.pins).toEqual([]);
});

test.for([
  [undefined, /^No tools wait for your review\./],
  ['files', /^No tools of “files” wait for your review\./],
] as const)('with nothing that waits it is said, started on %s', async ([argument, toast]) => {
  const { app } = await fakeWindow();
  await reviewServerTools(app, argument);
  expect(editor.toasts[0]).toMatch(toast);
  expect(editor.shown).toEqual([]);
});
