import { expect, test } from 'vitest';
import { withService } from '../../../../src/core/policy/edit/serviceWriter.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { createService, type WantedService } from '../../../../src/extension/services/commands/createService.ts';
import { CLOSE } from '../../support/fakeEditor.ts';
import { fakeWindow, policyEntry } from '../../support/fakeWindow.ts';
import { useEditor } from '../../support/useEditor.ts';

const editor = useEditor();
const SHOP = { scope: 'user', service: 'shop' } as const;
const WANTED: WantedService = {
  service: {
    name: 'shop',
    baseUrl: 'https://api.example.com',
    auth: { type: 'bearer' },
    rules: [{ path: '/**', methods: ['GET'] }],
  },
  credential: { value: new Secret('the value of the shop') },
  policyId: 'user',
  enterAgain: async () => undefined,
};

async function window({ dirty = false, written = '' }: { dirty?: boolean; written?: string | undefined } = {}) {
  const files: string[] = [];
  const one = await fakeWindow();
  Object.assign(one.app, { parse: async (text: string) => parsePolicy(text) });
  Object.assign(one.app.locations, {
    isDirty: () => dirty,
    ensureUserPolicy: async () => undefined,
    write: async (_id: string, text: string) => void files.push(text),
  });
  Object.assign(one.app.policies, {
    approveOwnChange: async (_id: string, _approve: unknown, write: (written: string) => Promise<void>) =>
      write(written),
  });
  return { ...one, files };
}

test('what is agreed to is stored, written and told, once', async () => {
  const { app, files, run } = await window();
  editor.will('Add Service');
  expect(await createService(app, WANTED)).toMatchObject({ credentialId: SHOP });
  expect(editor.shown[0]).toMatchObject({ text: 'Let agents use “shop” at https://api.example.com?' });
  expect(editor.shown[0]?.detail).not.toContain('the value of the shop');
  expect(app.credentials.get(SHOP)?.state).toBe('present');
  expect(files).toEqual([withService('', WANTED.service)]);
  expect(run.told).toContain('record add');
});

test.for<[what: string, parts: Parameters<typeof window>[0], disk: 'valid' | 'invalid', says: string]>([
  ['has unsaved changes', { dirty: true }, 'valid', 'has unsaved changes. Save or revert them'],
  ['has errors', {}, 'invalid', 'has errors. Correct them'],
])('nothing is asked and nothing stored where the file %s', async ([, parts, disk, says]) => {
  const { app, entries, files, run } = await window(parts);
  entries.splice(0, 1, policyEntry({ disk }));
  expect(await createService(app, WANTED)).toBeUndefined();
  expect(editor.shown).toMatchObject([{ kind: 'error', text: 'The service was not added.' }]);
  expect(editor.shown[0]?.detail).toContain(says);
  expect([app.credentials.all(), files, run.told]).toEqual([[], [], []]);
});

test('a definition that no policy can have is said to be none', async () => {
  const { app, files } = await window();
  await createService(app, { ...WANTED, service: { ...WANTED.service, baseUrl: 'https://api.example.com/?a=1' } });
  expect(editor.shown).toMatchObject([{ kind: 'error', text: 'The service was not added.' }]);
  expect(files).toEqual([]);
});

test('nothing is made of a no', async () => {
  const { app, files, run } = await window();
  editor.will(CLOSE);
  expect(await createService(app, WANTED)).toBeUndefined();
  expect([app.credentials.all(), files, run.told]).toEqual([[], [], []]);
});

test.for([
  ['services: 1\n', 'is not a map'],
  ['- a list\n', 'does not contain a map'],
  ['a: [\n', 'is not valid YAML'],
])('a file that cannot take it (%j) is named, with why', async ([written, why]) => {
  const { app, files, run } = await window({ written });
  editor.will('Add Service');
  expect(await createService(app, WANTED)).toBeUndefined();
  expect(editor.shown.at(-1)).toMatchObject({ kind: 'error', text: 'The service was not written to user policy.' });
  expect(editor.shown.at(-1)?.detail).toContain(why);
  expect([files, run.told]).toEqual([[], []]);
});

test.for([
  ['another one', new Secret('another value'), 'another value'],
  ['none', undefined, undefined],
] as const)('a value that the API rejects may be followed by %s', async ([, next, stored]) => {
  const { app, run } = await window();
  const { verify } = run.control;
  let calls = 0;
  run.control.verify = async (...all) => {
    calls += 1;
    return calls === 1 ? { outcome: 'rejected', status: 401 } : verify(...all);
  };
  editor.will('Enter Another', ...(next ? ['Add Service'] : []));
  await createService(app, {
    ...WANTED,
    service: { ...WANTED.service, verifyPath: '/me' },
    enterAgain: async () => next && { value: next },
  });
  expect(app.credentials.all()).toHaveLength(stored === undefined ? 0 : 1);
  expect(stored === undefined || app.credentials.holders(new Secret(stored)).length === 1).toBe(true);
});

test('another service with the same credential is named before it is agreed to', async () => {
  const { app } = await window();
  await app.credentials.put({ scope: 'user', service: 'stripe' }, WANTED.credential.value, {
    origin: 'https://api.stripe.com',
    placement: 'bearer',
  });
  editor.will(CLOSE);
  await createService(app, WANTED);
  expect(editor.shown[0]?.detail).toContain('stripe uses the same credential');
});
