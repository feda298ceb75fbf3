import { expect, test } from 'vitest';
import { addServiceSteps } from '../../../../src/extension/services/commands/addServiceQuestions.ts';
import { type ServiceDraft, serviceOf } from '../../../../src/extension/services/commands/serviceDraft.ts';
import { runSteps } from '../../../../src/extension/ui/steps.ts';
import { type Act, BACK, CLOSE } from '../../support/fakeEditor.ts';
import { fakeWindow, policyEntry } from '../../support/fakeWindow.ts';
import { useEditor } from '../../support/useEditor.ts';

const editor = useEditor();
const VALUE = ['value', 'of', 'the', 'test', '81'].join('-');
const OTHER = 'Another API…';
/** What ends the questions about an API of one's own that were answered so far. */
const REST = ['', '', VALUE, 'Read only'] as const;

async function asked(acts: readonly Act[], files: readonly string[] = []) {
  const { app, entries } = await fakeWindow({
    locations: { uriOf: (id: string) => ({ fsPath: `/somewhere/${id}` }) },
  });
  entries.push(...files.map((id) => policyEntry({ id, label: id })));
  const draft: ServiceDraft = { policyId: 'user' };
  editor.will(...acts);
  const finished = await runSteps('Add Service', () => addServiceSteps(app, draft));
  return { finished, draft, service: serviceOf(draft) };
}

/** What was found fault with, in order. */
function faults(): readonly string[] {
  return editor.shown.flatMap(({ kind, detail }) => (kind === 'box' && detail !== undefined ? [detail] : []));
}

test.for<[what: string, typed: string, fault: string]>([
  ['with capital letters', 'Shop', 'Start with a lower-case letter'],
  ['of a service that is there', 'stripe', '“stripe” already exists.'],
  ['of a server that is there', 'files', '“files” already exists.'],
])('a name %s is said to be none, and asked for again', async ([, typed, fault]) => {
  const { service } = await asked([OTHER, typed, 'shop', 'https://api.example.com', 'Bearer token', ...REST]);
  expect(faults()).toEqual([expect.stringContaining(fault)]);
  expect(service).toMatchObject({ name: 'shop', auth: { type: 'bearer' } });
});

test.for<[what: string, typed: string]>([
  ['that is none', 'api.example.com'],
  ['with a query', 'https://api.example.com/?a=1'],
  ['with a user in it', 'https://me@api.example.com'],
  ['without encryption', 'http://api.example.com'],
])('a base URL %s is asked for again', async ([, typed]) => {
  const { service } = await asked([OTHER, 'shop', typed, 'https://api.example.com', 'Bearer token', ...REST]);
  expect(faults()).toHaveLength(1);
  expect(service?.baseUrl).toBe('https://api.example.com');
});

test.for<[type: string, typed: string, fault: string, right: string, auth: object]>([
  ['Header', 'X Key', 'Letters, digits', 'X-Api-Key', { type: 'header', name: 'X-Api-Key' }],
  ['Query parameter', 'a&b', 'Letters, digits', 'key', { type: 'query', name: 'key' }],
  ['Basic', 'me:you', 'cannot contain a colon', 'me', { type: 'basic', username: 'me' }],
])(
  '%s: what stands beside the credential is asked for again while it cannot be',
  async ([type, typed, fault, right, auth]) => {
    const { service } = await asked([OTHER, 'shop', 'https://api.example.com', type, typed, right, ...REST]);
    expect(faults()).toEqual([expect.stringContaining(fault)]);
    expect(service?.auth).toEqual(auth);
  },
);

test('the way back from the name of a header leads to the types, and another type forgets the name', async () => {
  const acts: readonly Act[] = [
    ...[OTHER, 'shop', 'https://api.example.com', 'Header', 'X-Key'],
    BACK,
    'Header',
    BACK,
    'Basic',
    '',
    ...REST,
  ];
  const { service } = await asked(acts);
  expect(service?.auth).toEqual({ type: 'basic' });
});

test('another API forgets what was said of the first', async () => {
  const { service, draft } = await asked([OTHER, 'shop', BACK, BACK, 'GitHub', 'hub', '', VALUE, CLOSE]);
  expect(draft).toMatchObject({ name: 'hub', known: { id: 'github' } });
  expect(service?.baseUrl).toBe('https://api.github.com');
});

test.for<[what: string, environment: string, path: string, fault: string]>([
  ['an environment of 65 characters', 'x'.repeat(65), '', 'at most 64 characters'],
  ['a path that goes up', '', '/v1/../me', ''],
])('%s is asked for again', async ([, environment, path, fault]) => {
  const typed = environment === '' ? ['', path, ''] : [environment, '', ''];
  const { finished, service } = await asked([
    ...[OTHER, 'shop', 'https://api.example.com', 'Bearer token', ...typed, VALUE, 'Read only'],
  ]);
  expect([finished, faults().length, service?.verifyPath]).toEqual([true, 1, undefined]);
  expect(faults()[0]).toContain(fault);
});

test('a credential that is pasted as a name is hidden and said to be one', async () => {
  const pasted = ['ghp', 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8'].join('_');
  await asked([OTHER, pasted, CLOSE]);
  expect(editor.shown.filter(({ text }) => text.endsWith('(hidden)'))).toHaveLength(1);
  expect(faults()).toEqual([expect.stringContaining('That looks like a credential.')]);
  expect(JSON.stringify(editor.shown)).not.toContain(pasted);
});

test.for([
  [[], 'user'],
  [['the repository’s'], 'the repository’s'],
] as const)('of %j beside the user’s own policy the file is picked', async ([files, policyId]) => {
  const acts = [OTHER, 'shop', 'https://api.example.com', 'Bearer token', ...REST, ...files];
  const { draft } = await asked(acts, files);
  expect(draft.policyId).toBe(policyId);
  expect(editor.shown.at(-1)?.text).toBe(
    files.length > 0 ? 'Which policy file gets the service?' : 'What may agents do?',
  );
});

test('the questions of a type with fields are those of its answers so far', async () => {
  const { finished } = await asked([OTHER, 'shop', 'https://api.example.com', 'OAuth 2', CLOSE]);
  expect(finished).toBe(false);
  expect(editor.shown.at(-1)?.choices.length).toBeGreaterThan(1);
});
