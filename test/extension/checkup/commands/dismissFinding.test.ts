import { expect, test, vi } from 'vitest';
import { checkupJobs } from '../../../../src/checkupWorker/editWorker.ts';
import type { ConfigFile } from '../../../../src/core/checkup/model/checkupModel.ts';
import type { App } from '../../../../src/extension/app/app.ts';
import {
  acceptRisk,
  markAsNotSecret,
  restoreFinding,
} from '../../../../src/extension/checkup/commands/dismissFinding.ts';
import { Checkup } from '../../../../src/extension/checkup/scan/checkup.ts';
import { Dismissals } from '../../../../src/extension/checkup/scan/dismissals.ts';
import { DismissedListNode } from '../../../../src/extension/checkup/views/dismissedNode.ts';
import { CLOSE, window } from '../../support/fakeEditor.ts';
import { FakeSecrets, FakeTexts } from '../../support/fakes.ts';
import { useEditor } from '../../support/useEditor.ts';

const editor = useEditor();
/** Built of parts, so that no scanner takes the test for a leak. */
const TOKEN = ['gh', 'p_', 'Zq81mXc72LpWv04TkR9sB3nY6hD5fGjA1eUo'].join('');
const TEXT = JSON.stringify({ mcpServers: { s: { command: 'npx', args: ['server'], env: { TOKEN } } } });

async function checked() {
  const texts = new FakeTexts();
  const dismissals = new Dismissals(texts, new FakeSecrets());
  const file: ConfigFile = { path: '/w/a.json', client: 'cursor', format: 'jsonc', scope: 'workspace', text: TEXT };
  const checkup = new Checkup({
    files: async () => ({ files: [{ file, uri: 'file:///w/a.json', label: 'a.json' }], unsearched: [], unread: [] }),
    forgetFiles: () => undefined,
    check: async (found, now) => {
      const digest = await dismissals.key();
      return checkupJobs.check(found, { fingerprint: '00', ...(digest === undefined ? {} : { digest }) }, now);
    },
    context: () => ({ now: 0 }),
    ownFiles: () => new Map(),
    dismissals: () => dismissals.all(),
    exposures: async () => [],
    services: () => 0,
    now: Date.now,
  });
  await checkup.run();
  const idOf = (code: string): string => checkup.findings().find(({ finding }) => finding.code === code)?.id ?? '';
  const codes = (): string[] => checkup.findings().map(({ finding }) => finding.code);
  return { app: { checkup, dismissals } as unknown as App, checkup, texts, idOf, codes };
}

test('Not a Secret takes a finding away at once, keeps nothing of its value, and Undo brings it back', async () => {
  const { app, checkup, texts, idOf, codes } = await checked();
  expect(codes()).toEqual(['secret-token', 'version-missing']);
  await markAsNotSecret(app, idOf('secret-token'));
  expect(codes()).toEqual(['version-missing']);
  expect(editor.toasts).toMatchObject([expect.stringContaining('Dismissed: A GitHub token')]);
  expect(checkup.report?.points[0]?.state).toBe('pass');
  expect(checkup.report?.dismissed).toHaveLength(1);
  const kept = texts.files.get('dismissals.json') ?? '';
  expect(kept).toContain('not-a-secret');
  for (const part of [TOKEN, TOKEN.slice(4, 20), TOKEN.slice(-4)]) expect(kept).not.toContain(part);

  const list = new DismissedListNode(checkup.report?.dismissed ?? []);
  expect(list.description).toBe('1');
  const [row] = list.children();
  expect(row?.contextValue).toBe('dismissed');
  await restoreFinding(app, row);
  expect(codes()).toEqual(['secret-token', 'version-missing']);

  vi.spyOn(window, 'showInformationMessage').mockResolvedValueOnce('Undo');
  await markAsNotSecret(app, idOf('secret-token'));
  await expect.poll(codes).toEqual(['secret-token', 'version-missing']);
});

test('Accept Risk asks for a reason, which is kept with it', async () => {
  const { app, checkup, idOf, codes } = await checked();
  editor.will('  ', 'the sandbox of our own');
  await acceptRisk(app, idOf('version-missing'));
  expect(editor.shown.map(({ detail }) => detail)).toContain('Enter a reason.');
  expect(codes()).toEqual(['secret-token']);
  expect(checkup.report?.dismissed.map(({ dismissal }) => dismissal)).toMatchObject([
    { kind: 'accepted-risk', code: 'version-missing', reason: 'the sandbox of our own' },
  ]);
  const [row] = new DismissedListNode(checkup.report?.dismissed ?? []).children();
  expect(row?.description).toBe('risk accepted: the sandbox of our own');
});

test('who gives no reason dismisses nothing', async () => {
  const { app, idOf, codes } = await checked();
  editor.will(CLOSE);
  await acceptRisk(app, idOf('version-missing'));
  expect(codes()).toEqual(['secret-token', 'version-missing']);
});

test('what is no finding any more, or is no secret, is dismissed by nobody', async () => {
  const { app, codes, idOf } = await checked();
  await markAsNotSecret(app, 'nothing');
  await acceptRisk(app, undefined);
  await markAsNotSecret(app, idOf('version-missing'));
  await restoreFinding(app, 'nothing');
  expect(codes()).toEqual(['secret-token', 'version-missing']);
});

test('a file that somebody wrote dismisses nothing without the key of SecretStorage', async () => {
  const one = await checked();
  await markAsNotSecret(one.app, one.idOf('secret-token'));
  const other = await checked();
  other.texts.files.set('dismissals.json', one.texts.files.get('dismissals.json') ?? '');
  await other.checkup.run();
  expect(other.codes()).toEqual(['secret-token', 'version-missing']);
  other.texts.files.set('dismissals.json', 'broken');
  await other.checkup.run();
  expect(other.codes()).toEqual(['secret-token', 'version-missing']);
});
