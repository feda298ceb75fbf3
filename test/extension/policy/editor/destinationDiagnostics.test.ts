import { expect, test } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import { registerDestinationDiagnostics } from '../../../../src/extension/policy/editor/destinationDiagnostics.ts';
import { Emitter } from '../../../../src/extension/util/emitter.ts';
import { Range, Uri } from '../../support/fakeEditor.ts';
import { fakeWindow, STRIPE, STRIPE_BINDING } from '../../support/fakeWindow.ts';
import { useEditor } from '../../support/useEditor.ts';

const editor = useEditor();
const ELSEWHERE = { ...STRIPE_BINDING, origin: 'https://api.example.com' };

async function window(binding: typeof STRIPE_BINDING) {
  const one = await fakeWindow();
  const changed = new Emitter<void>();
  await one.app.credentials.put(STRIPE, new Secret('the value of stripe'), binding);
  Object.assign(one.app.services, { onDidChange: changed.event });
  registerDestinationDiagnostics(one.app);
  return { ...one, changed };
}

test('a credential that was entered for the destination in the file is no problem', async () => {
  await window(STRIPE_BINDING);
  expect([...editor.diagnostics]).toEqual([]);
});

test('one that was entered for another is, at the name of the service, with both destinations', async () => {
  await window(ELSEWHERE);
  const [[uri, [diagnostic] = []] = []] = editor.diagnostics;
  expect(uri).toBe('file:/user');
  expect(diagnostic?.range).toEqual(new Range(1, 2, 1, 8));
  expect(diagnostic?.message).toMatch(
    /entered for https:\/\/api\.example\.com \(bearer\), and this file says https:\/\/api\.stripe\.com \(bearer\)/,
  );
});

test('is none any more when it was entered again', async () => {
  const { app, changed } = await window(ELSEWHERE);
  await app.credentials.put(STRIPE, new Secret('another value of stripe'), STRIPE_BINDING);
  changed.fire();
  expect([...editor.diagnostics]).toEqual([]);
});

test.for([
  ['file:/user', ['Enter the credential of “stripe” for https://api.stripe.com…']],
  ['file:/elsewhere', []],
] as const)('its fix enters the credential, in %s', async ([file, titles]) => {
  await window(ELSEWHERE);
  const diagnostics = [...editor.diagnostics.values()].flat();
  const actions = editor.fixes.flatMap((one) =>
    one.provideCodeActions({ uri: Uri.parse(file) }, new Range(1, 0, 1, 0), { diagnostics }),
  );
  expect(actions.map(({ title }) => title)).toEqual(titles);
  // No value and no destination travels through a command's arguments.
  expect(actions.map(({ command }) => command?.arguments)).toEqual(titles.map(() => ['stripe']));
});

test('nobody else’s problem at that place has our fix', async () => {
  await window(ELSEWHERE);
  const others = [...editor.diagnostics.values()].flat().map((one) => ({ ...one, source: 'YAML' }));
  const actions = editor.fixes.flatMap((one) =>
    one.provideCodeActions({ uri: Uri.file('/user') }, new Range(1, 0, 1, 0), { diagnostics: others }),
  );
  expect(actions).toEqual([]);
});
