import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startUpstream, type Upstream } from '../support/upstream.ts';
import { answerAddService } from './support/addService.ts';
import { type Editor, startEditor } from './support/editor.ts';
import { until } from './support/wait.ts';
import type { EditorWindow } from './support/window.ts';

// The administrator's file, which every window on the machine obeys: no other test runs meanwhile.

const ADMINISTRATORS = '/etc/valet-key/policy.yaml';
const credential = ['payments', crypto.randomUUID()].join('-');

let editor: Editor;
let window: EditorWindow;
let api: Upstream;

beforeAll(async () => {
  api = await startUpstream();
  editor = await startEditor();
  window = await editor.openWindow();
  await window.command('workbench.view.extension.valetKey');
  await window.palette('Valet Key: Add Service');
  await answerAddService(window, { name: 'payments', baseUrl: api.origin, credential });
  await window.answerDialog('Add Service');
  await until("VS Code's client to list the tools", async () => {
    await window.startMcpServers();
    return window.evaluate((vscode) => vscode.lm.tools.some(({ name }) => name.endsWith('_read')));
  });
  await until('a call to pass', async () => (await codeOf('/v1/charges')) === 200);
});
afterAll(async () => {
  await editor?.stop();
  await api?.close();
});

interface Result {
  readonly status?: number;
  readonly error?: { readonly code: string; readonly message: string };
}

async function read(path: string): Promise<Result> {
  const [text = ''] = await window.callTool('_read', { service: 'payments', path });
  return JSON.parse(text) as Result;
}

async function codeOf(path: string): Promise<string | number | undefined> {
  const { status, error } = await read(path);
  return error?.code ?? status;
}

async function serviceRow(): Promise<string> {
  const rows = await window.tree('Services').rows();
  return rows.find(({ label }) => label === 'payments')?.description ?? '';
}

test('an administrator’s file is a ceiling, and closes everything while it cannot be relied on', async () => {
  if (process.getuid?.() !== 0 || existsSync(dirname(ADMINISTRATORS))) {
    console.info(`skipped: needs root, and no ${dirname(ADMINISTRATORS)} that belongs to somebody`);
    return;
  }
  mkdirSync(dirname(ADMINISTRATORS));
  try {
    writeFileSync(ADMINISTRATORS, 'allowedOrigins: [https://api.example.com]\n');
    await until('the origin to be refused', async () => (await codeOf('/v1/charges')) === 'policy_not_approved');
    const { error } = await read('/v1/charges');
    expect(error?.message).toContain(`the administrator’s policy ${ADMINISTRATORS} does not list ${api.origin}`);
    await until('the tree', async () => (await serviceRow()).includes('not allowed by the administrator'));
    await window.screenshotThemes('administrator');

    writeFileSync(ADMINISTRATORS, 'allowedOrigin: []\n');
    await window.statusBar('the administrator’s policy cannot be read').waitFor();
    expect(await codeOf('/v1/charges')).toBe('policy_not_approved');
    await window.palette('Valet Key: Show Status');
    const status = await window.waitForDialog(ADMINISTRATORS);
    expect(status.detail).toContain('every call is refused');
    await window.screenshotThemes('status-administrator');
    await window.page.keyboard.press('Escape');

    writeFileSync(
      ADMINISTRATORS,
      `services:
  payments:
    baseUrl: ${api.origin}
    network: loopback
    auth: { type: bearer }
    policies: [{ path: /v1/charges, methods: [GET] }]
`,
    );
    await until('what the administrator names to pass', async () => (await codeOf('/v1/charges')) === 200);
    expect(await codeOf('/v1/customers')).toBe('policy_denied');
  } finally {
    rmSync(dirname(ADMINISTRATORS), { recursive: true });
  }
  await until('the ceiling to be gone', async () => (await codeOf('/v1/customers')) === 200);
});
