import { expect, test } from 'vitest';
import { checkupJobs } from '../../../../src/checkupWorker/editWorker.ts';
import type { ConfigFile } from '../../../../src/core/checkup/model/checkupModel.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { moveSecrets } from '../../../../src/extension/checkup/commands/moveSecrets.ts';
import type { FileBefore } from '../../../../src/extension/checkup/repair/backups.ts';
import type { Exposure } from '../../../../src/extension/checkup/scan/exposures.ts';
import { type Act, BACK, CLOSE, Uri } from '../../support/fakeEditor.ts';
import { fakeWindow } from '../../support/fakeWindow.ts';
import { useEditor } from '../../support/useEditor.ts';
import { checkupOf } from '../repair/support.ts';

const editor = useEditor();
/** Built of parts, so that no scanner takes the test for a leak. */
const KEY = ['Qw8Er7Ty6Ui5Op4A', 's3Df2Gh1Jk9Lz0Xc'].join('');
const OTHER = ['Zx4Cv3Bn2Mq1Wr9E', 't8Yu7Ip6Oa5Sd0Fg'].join('');
const URI = 'remote:/w/.cursor/mcp.json';
const SERVERS = {
  tickets: { command: 'tickets', args: [], env: { TICKETS_API_KEY: KEY, WEBHOOK_SECRET: OTHER } },
  again: { command: 'again', env: { TICKETS_API_KEY: KEY } },
};
const TEXT = JSON.stringify({ mcpServers: SERVERS }, undefined, 2);

const VARIABLE = '$(symbol-variable) Keep the server, take the secret from a variable';
const DROP = '$(trash) Remove it together with the server';
const SKIP = '$(debug-step-over) Skip';
const WRAP = '$(server-process) Wrap it: Valet Key starts the server and gives it the secret';

/** A window with one file, and what its commands leave behind. */
async function windowWith(text = TEXT) {
  editor.files.set(URI, Buffer.from(text));
  const onDisk = (): string => Buffer.from(editor.files.get(URI) ?? []).toString();
  const file = (): ConfigFile => ({
    path: '/w/.cursor/mcp.json',
    client: 'cursor',
    format: 'jsonc',
    scope: 'workspace',
    text: onDisk(),
  });
  const checkup = checkupOf(() => [{ file: file(), uri: URI, label: '.cursor/mcp.json' }], Date.now);
  const kept: (readonly FileBefore[])[] = [];
  const exposed: Exposure[] = [];
  const { app } = await fakeWindow({
    checkup,
    configThread: {
      places: async (...words: Parameters<typeof checkupJobs.places>) => checkupJobs.places(...words),
      edit: async (...words: Parameters<typeof checkupJobs.edit>) => checkupJobs.edit(...words),
    },
    backups: {
      keep: async (files: readonly FileBefore[]) => {
        kept.push(files);
        return { id: 'backup', at: 1, files: [] };
      },
      remove: async () => undefined,
    },
    exposures: { add: async (more: readonly Exposure[]) => void exposed.push(...more) },
    connections: { dropOutdatedCopies: async () => undefined },
    launch: { command: '/launcher', args: [] },
    parse: async (policy: string) => parsePolicy(policy),
  });
  return { app, checkup, onDisk, kept, exposed };
}

/** The secrets that were asked about, in order. */
function asked(): string[] {
  return editor.shown
    .filter(({ kind }) => kind === 'list')
    .map(({ text }) => text.replace('What about ', '').split(' ')[0] ?? '');
}

test('each secret is asked about, one dialog says what becomes of all, and the last word what is to be done', async () => {
  const { app, onDisk, kept, exposed } = await windowWith();
  editor.will(VARIABLE, VARIABLE, SKIP, 'Remove');
  await moveSecrets(app, undefined);
  expect(asked()).toEqual(['TICKETS_API_KEY', 'TICKETS_API_KEY', 'WEBHOOK_SECRET']);
  expect(editor.shown[1]?.text).toContain('the same value as in .cursor/mcp.json?');
  const dialog = editor.shown.at(-1);
  expect(dialog).toMatchObject({ text: 'Remove 2 secrets from their files?', choices: ['Remove'] });
  expect(dialog?.detail?.split('\n').slice(0, 5)).toEqual([
    `• TICKETS_API_KEY ••••${KEY.slice(-4)} in “tickets”, .cursor/mcp.json: taken from the variable TICKETS_API_KEY`,
    `• TICKETS_API_KEY ••••${KEY.slice(-4)} in “again”, .cursor/mcp.json: taken from the variable TICKETS_API_KEY`,
    '',
    'Set TICKETS_API_KEY in the environment that Cursor is started in.',
    '',
  ]);
  expect(onDisk()).toBe(TEXT.replaceAll(KEY, '$'.concat('{env:TICKETS_API_KEY}')));
  expect(kept.flat().map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([TEXT]);
  expect(exposed.map(({ kind, server }) => [kind, server])).toHaveLength(2);
  expect(editor.toasts).toEqual([
    '2 secrets were moved. They were stored in plain text, so rotate them with their providers. Set TICKETS_API_KEY in the environment that Cursor is started in. Restart Cursor. VS Code’s Local History may still have what you saved earlier.',
  ]);
  expect(JSON.stringify([editor.shown, editor.toasts, exposed])).not.toContain(KEY);
});

test('a secret is called what it is set as, and not by the option that sets it', async () => {
  const args = ['run', '-e', `TICKETS_API_KEY=${KEY}`, 'image', '--header', `X-Other-Key: ${OTHER}`];
  const { app } = await windowWith(JSON.stringify({ mcpServers: { tickets: { command: 'docker', args } } }));
  editor.will(SKIP, SKIP);
  await moveSecrets(app, undefined);
  expect(asked()).toEqual(['TICKETS_API_KEY', 'X-Other-Key']);
});

test.each([
  [
    'a comment',
    `// "TICKETS_API_KEY": "${KEY}"\n{ "mcpServers": { "tickets": { "command": "t", "env": { "TICKETS_API_KEY": "${KEY}" } } } }`,
    true,
  ],
  ['no other place', TEXT.replace('"again"', '"third"'), false],
])('what stands in %s as well is told in the dialog, without the secret', async (_, text, told) => {
  const { app } = await windowWith(text);
  editor.will(...(told ? [VARIABLE] : [VARIABLE, VARIABLE, VARIABLE]), CLOSE);
  await moveSecrets(app, undefined);
  const detail = editor.shown.find(({ text: title }) => title.startsWith('Remove'))?.detail;
  const line = `.cursor/mcp.json has ••••${KEY.slice(-4)} in another place, too, such as a comment: remove it there by hand.`;
  expect(detail?.includes(line)).toBe(told);
  expect(detail).not.toContain(KEY);
});

test('the way back leads to the question before, whose answer counts no more', async () => {
  const { app, onDisk } = await windowWith();
  editor.will(SKIP, BACK, VARIABLE, SKIP, SKIP, 'Remove');
  await moveSecrets(app, undefined);
  expect(asked()).toEqual([
    'TICKETS_API_KEY',
    'TICKETS_API_KEY',
    'TICKETS_API_KEY',
    'TICKETS_API_KEY',
    'WEBHOOK_SECRET',
  ]);
  expect(onDisk()).toContain(KEY);
  expect(onDisk()).toContain('$'.concat('{env:TICKETS_API_KEY}'));
});

test('what goes with its server decides what is left for its other secrets', async () => {
  const { app, onDisk } = await windowWith();
  editor.will(DROP, SKIP, DROP, 'Remove');
  await moveSecrets(app, undefined);
  const [, , last] = editor.shown;
  expect(last?.choices.some((label) => label.includes('Skip'))).toBe(false);
  expect(JSON.parse(onDisk())).toEqual({ mcpServers: { again: SERVERS.again } });
});

test.each<[string, readonly Act[]]>([
  ['at the first question', [CLOSE]],
  ['at a later one', [DROP, CLOSE]],
  ['at the way back from the first', [BACK]],
  ['where all is skipped', [SKIP, SKIP, SKIP]],
  ['at the last dialog', [VARIABLE, VARIABLE, SKIP, CLOSE]],
  ['at the name of a server that would be wrapped', [WRAP, SKIP, CLOSE]],
])('nothing changes who stops %s', async (_, acts) => {
  const { app, onDisk, kept, exposed } = await windowWith();
  editor.will(...acts);
  await moveSecrets(app, undefined);
  expect([onDisk(), kept, exposed, editor.toasts]).toEqual([TEXT, [], [], []]);
});

test('a server is wrapped with all its secrets, which are not asked about', async () => {
  const { app } = await windowWith();
  editor.will(WRAP, SKIP, CLOSE);
  await moveSecrets(app, undefined);
  expect(asked()).toEqual(['TICKETS_API_KEY', 'TICKETS_API_KEY']);
  expect(editor.shown.at(-1)?.text).toBe('Its name in the policy');
});

test('started at a finding, it asks about its value alone, wherever that stands', async () => {
  const { app, checkup } = await windowWith();
  await checkup.run();
  const id = checkup.findings().find(({ finding }) => finding.secret?.name === 'WEBHOOK_SECRET')?.id;
  editor.will(CLOSE);
  await moveSecrets(app, id);
  expect(asked()).toEqual(['WEBHOOK_SECRET']);
});

test('a file that changed while the dialog stood is left as it is, and the user is told', async () => {
  const { app, onDisk, exposed } = await windowWith();
  editor.will(VARIABLE, VARIABLE, SKIP, 'Remove');
  const changed = TEXT.replace('"again"', '"renamed"');
  const { read } = editor;
  editor.read = () => {
    read();
    if (editor.shown.at(-1)?.text.startsWith('Remove')) editor.files.set(URI, Buffer.from(changed));
  };
  await moveSecrets(app, undefined);
  expect(editor.shown.at(-1)).toMatchObject({
    text: 'The secrets were not moved.',
    detail: expect.stringContaining('changed in the meantime'),
  });
  expect([onDisk(), exposed]).toEqual([changed, []]);
});

test('a file with unsaved changes is saved first; where it cannot be, nothing is asked', async () => {
  const { app, onDisk } = await windowWith();
  const document = { uri: Uri.parse(URI), isDirty: true, save: async () => false };
  editor.documents.push(document);
  await moveSecrets(app, undefined);
  expect(editor.shown.at(-1)).toMatchObject({
    text: 'The secrets were not moved.',
    detail: expect.stringContaining('could not be saved'),
  });
  document.save = async () => {
    document.isDirty = false;
    editor.files.set(URI, Buffer.from(TEXT.replace(OTHER, '')));
    return true;
  };
  editor.shown = [];
  editor.will(SKIP, CLOSE);
  await moveSecrets(app, undefined);
  expect(asked()).toEqual(['TICKETS_API_KEY', 'TICKETS_API_KEY']);
  expect(onDisk()).not.toContain(OTHER);
});

test('without a secret there is a word and no question', async () => {
  const { app } = await windowWith('{ "mcpServers": {} }');
  await moveSecrets(app, undefined);
  expect([editor.shown, editor.toasts]).toEqual([[], ['No secret in plain text was found in MCP configurations.']]);
});
