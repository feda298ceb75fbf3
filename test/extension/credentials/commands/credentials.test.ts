import { describe, expect, test, vi } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import { removeAllCredentials } from '../../../../src/extension/credentials/commands/removeAllCredentials.ts';
import { revokeCredential } from '../../../../src/extension/credentials/commands/revokeCredential.ts';
import { undoRotation } from '../../../../src/extension/credentials/commands/undoRotation.ts';
import { CLOSE } from '../../support/fakeEditor.ts';
import { fakeWindow, STRIPE, STRIPE_BINDING } from '../../support/fakeWindow.ts';
import { useEditor } from '../../support/useEditor.ts';

const editor = useEditor();
const TEN_MINUTES_MS = 10 * 60 * 1000;

async function stored(parts: Parameters<typeof fakeWindow>[0] = {}) {
  const window = await fakeWindow(parts);
  await window.app.credentials.put(STRIPE, new Secret('the first value of stripe'), STRIPE_BINDING);
  await window.app.credentials.put(STRIPE, new Secret('the second one of stripe'), STRIPE_BINDING);
  await window.app.gateway.push('credentials');
  window.run.told.length = 0;
  return window;
}

function valueIs(window: Awaited<ReturnType<typeof stored>>, value: string): boolean {
  return window.app.credentials.holders(new Secret(value)).length === 1;
}

describe('revoking', () => {
  test.for<[what: string, argument: string | undefined, acts: readonly (string | typeof CLOSE)[], state: string]>([
    ['is asked about', 'stripe', ['Revoke'], 'revoked'],
    ['does nothing when the dialog is closed', 'stripe', [CLOSE], 'present'],
    ['does nothing when nothing is picked', undefined, [CLOSE], 'present'],
    ['offers what is stored', undefined, ['stripe', 'Revoke'], 'revoked'],
  ])('%s', async ([, argument, acts, state]) => {
    const { app, run } = await stored();
    editor.will(...acts);
    await revokeCredential(app, argument);
    expect(app.credentials.get(STRIPE)?.state).toBe(state);
    expect(run.told.includes('record revoke')).toBe(state === 'revoked');
    if (argument === undefined) expect(editor.shown[0]?.choices).toEqual(['stripe']);
  });

  test('offers what is left over of a service that no policy names', async () => {
    const { app } = await stored();
    await app.credentials.put({ scope: 'user', service: 'old' }, new Secret('the value of old'), STRIPE_BINDING);
    editor.will('old', 'Revoke');
    await revokeCredential(app, undefined);
    expect(app.credentials.get({ scope: 'user', service: 'old' })?.state).toBe('revoked');
  });

  test('says where nothing is stored', async () => {
    const { app } = await fakeWindow();
    editor.will(CLOSE);
    await revokeCredential(app, undefined);
    expect(editor.shown).toMatchObject([{ text: 'No matching services', choices: [] }]);
  });
});

describe('undoing a rotation', () => {
  test('brings the former value back, once it is confirmed', async () => {
    const window = await stored();
    editor.will('Undo Rotation');
    await undoRotation(window.app, 'stripe');
    expect(valueIs(window, 'the first value of stripe')).toBe(true);
    expect(window.run.told).toContain('record undo rotation');
    expect(editor.shown[0]?.detail).not.toContain('value');
  });

  test('does nothing when the dialog is closed', async () => {
    const window = await stored();
    editor.will(CLOSE);
    await undoRotation(window.app, 'stripe');
    expect(valueIs(window, 'the second one of stripe')).toBe(true);
  });

  test.for([
    ['stripe', 'The rotation of “stripe” can no longer be undone.'],
    [undefined, 'There is no rotation to undo.'],
  ] as const)('that is ten minutes old says so, started on %s', async ([argument, text]) => {
    const { app } = await stored();
    vi.setSystemTime(Date.now() + TEN_MINUTES_MS);
    await undoRotation(app, argument);
    expect(editor.shown).toMatchObject([{ kind: 'error', text }]);
  });

  test('of another service says so, and does not offer this one’s', async () => {
    const { app } = await stored();
    await undoRotation(app, 'github');
    expect(editor.shown).toMatchObject([{ kind: 'error', text: 'The rotation of “github” can no longer be undone.' }]);
  });

  test('is refused when ten minutes passed while the question stood', async () => {
    const window = await stored();
    const { read } = editor;
    editor.read = () => {
      read();
      vi.setSystemTime(Date.now() + TEN_MINUTES_MS);
    };
    editor.will('Undo Rotation');
    await undoRotation(window.app, 'stripe');
    expect(editor.shown.at(-1)?.text).toBe('The rotation of “stripe” can no longer be undone.');
    expect(valueIs(window, 'the second one of stripe')).toBe(true);
  });
});

describe('removing all', () => {
  test('says where nothing is stored', async () => {
    const { app } = await fakeWindow();
    await removeAllCredentials(app);
    expect([editor.toasts, editor.shown]).toEqual([['No credential is stored.'], []]);
  });

  test('names what goes: values, old values and backups', async () => {
    const { app } = await stored({ backups: { all: async () => [{}, {}], removeAll: async () => undefined } });
    editor.will(CLOSE);
    await removeAllCredentials(app);
    expect(editor.shown[0]?.text).toBe('Remove 1 credential?');
    expect(editor.shown[0]?.detail).toMatch(/1 old value kept for redaction.*\n\nBackups .*\(2 changes\)/s);
    expect(app.credentials.all()).toHaveLength(1);
  });

  test('tells the gateway and the other windows also when one could not be removed', async () => {
    const refused = new Error('The file is read-only.');
    const removeAll = () => Promise.reject(refused);
    const { app, run, announced } = await stored({ backups: { all: async () => [{}], removeAll } });
    editor.will('Remove All');
    await expect(removeAllCredentials(app)).rejects.toBe(refused);
    expect([app.credentials.all(), announced.length, run.told]).toEqual([[], 1, ['credentials']]);
  });
});
