import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../scripts/lib/repo.mjs';
import { KNOWN_SERVICES } from '../../src/core/services/knownServices.ts';
import { inPseudoLetters, pseudo } from '../support/pseudoLocale.ts';
import type { Agent } from '../support/serve.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';
import { connectBesideProxy } from './support/besideProxy.ts';
import { type Editor, EXTENSION_ID } from './support/editor.ts';
import { linesInSight, startPseudoEditor, wordsOfFile } from './support/pseudoEditor.ts';
import { pause, until } from './support/wait.ts';
import type { EditorWindow } from './support/window.ts';

// Every screen in a language whose letters are others: a word in Latin letters is one that no translator gets. The tests build
// on one another.

const credential = ['demo', 'value', crypto.randomUUID()].join('-');
/** Of a kind that is in no table, so that it has no name of its own. */
const inPlainText = ['k9', crypto.randomUUID().replaceAll('-', '')].join('');

/** What is in Latin letters for a reason. */
const EXCEPTIONS: readonly RegExp[] = [
  // VS Code’s own words.
  /^\d+ (?:Results|Selected)$/,
  /⟧ (?:Section|actions)$/,
  /^Actions for /,
  / • \d+ problems? in this file$/,
  /^(?:Cancel|OK|Close Dialog|Warning|Info|Error|Welcome|Progress|Back.*|Collapse All|More Actions\.\.\.)$/,
  /\(Press 'Enter' to confirm or 'Escape' to cancel\)$/,
  /^(?:Toggle all checkboxes|Quick Tree|Show Local|(?:Hide|Show) dot files|\.vscode|Folder path)(?: - .*)?$/,
  /^(?:Notification Actions|(?:Expand|Clear|Collapse) Notification.*)$/,
  /^Source: Valet Key(?=$|⟦)/,
  /^(?:Tab actions|Editor actions|Close \(.*\)|Split Editor.*|\[Alt\] Split Editor Down)$/,
  /^(?:(?:Next|Previous) Change .*|Show Leading\/Trailing Whitespace Differences|Toggle Collapse Unchanged Regions)$/,
  /^(?:Fix|Explain|Modify)$/,
  // The name of an icon, as VS Code says it.
  /^[a-z-]+ {2}(?=⟦)/,
  // Names of products and standards.
  /\b(?:VS Code|OAuth 2|AWS|GitHub App|JWT|HMAC|Claude Code|Claude Desktop|Cursor|Codex|Gemini CLI|Windsurf|Cline)\b/g,
  new RegExp(KNOWN_SERVICES.map(({ label }) => label.replaceAll(/[().]/g, '\\$&')).join('|'), 'g'),
  // Code, places and codes, as they are written everywhere.
  /`[^`]*`/g,
  /(?:https?:\/)?[~\w.-]*\/[\w.~%*?=&:…/-]*/g,
  /(?:Authorization: (?:Bearer|Basic) …|X-Api-Key: …|\?api_key=…|\bcontent-type(?:: application\b)?)/g,
  /[\w.-]*\.(?:yaml|jsonl?|toml|com|net|io|app)\b|^valetkey$/g,
  /\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\b/g,
  /\b(?:policy_denied|invalid_request|upstream_unreachable|approval_denied)\b/g,
  // The words of the policy’s language.
  /^⟦\w+\\:/g,
  /\b(?:allow|ask|deny)\b/g,
  /^- path: |^methods: /g,
  /\{ path: [^}]*\}/g,
  // What this test chose: names, an environment, a variable.
  /claude(?:-code)?|\b(?:shop|test|stripe|other|files|payments|PAYMENTS_API_KEY)/g,
  // The end of a secret, which rows show: its letters are of no language.
  /••••[\w-]+/g,
  // Times and units, as the browser and VS Code’s own process write them.
  /\b(?:\d+\/\d+\/\d+, |[A-Z][a-z]{2} \d+, \d+, )?[\d:]+ [AP]M\b|\b[A-Z][a-z]{2} \d+, \d+\b/g,
  /\b\d+ ms\b/g,
];

/** Commands that say nothing of themselves: they show a view or VS Code’s own panel, stop something, or need a finding. */
const WITHOUT_WORDS = [
  ...['showLog', 'showAuditLog', 'runCheckup', 'openAuditExplorer', 'restartGateway', 'freezeAll'],
  ...['openFindingKeyPage', 'waiveFinding', 'markAsNotSecret', 'acceptRisk', 'restoreFinding'],
];

let editor: Editor;
let window: EditorWindow;
let api: Upstream;
let agent: Agent;
let left: string[] = [];

beforeAll(async () => {
  api = await startUpstream();
  editor = await startPseudoEditor();
  const server = { command: 'npx', args: ['-y', 'some-payments'], env: { PAYMENTS_API_KEY: inPlainText } };
  write('.vscode/mcp.json', JSON.stringify({ servers: { payments: server } }, undefined, 2));
  window = await editor.openWindow();
  await window.command('workbench.view.extension.valetKey');
});
afterAll(async () => {
  await agent?.close();
  await editor?.stop();
  await api?.close();
});
afterEach(() => {
  const found = [...new Set(left)];
  left = [];
  expect(found).toEqual([]);
});

function write(path: string, text: string): string {
  const file = join(editor.workspace, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** Keeps what is in English of these lines for the end of the test. */
function read(where: string, lines: readonly string[]): void {
  for (const line of lines) {
    const rest = EXCEPTIONS.reduce((text, exception) => text.replace(exception, ''), line.trim());
    if (/[A-Za-z]{2}/.test(rest)) left.push(`${where}: ${line.trim()}`);
  }
}

async function look(where: string): Promise<void> {
  read(where, await linesInSight(window));
}

async function readDocument(where: string): Promise<void> {
  const text = await until(`the document of ${where}`, async () => {
    const shown = await openText();
    return shown.includes('⟦') && shown;
  });
  read(where, text.split('\n'));
}

function openText(): Promise<string> {
  return window.evaluate((vscode) => vscode.window.activeTextEditor?.document.getText() ?? '');
}

/** Starts a command that asks something, which nobody waits for. */
function start(command: string): Promise<void> {
  return window.evaluate((vscode, id) => {
    vscode.commands.executeCommand(id).then(undefined, () => undefined);
  }, command);
}

async function closeAll(): Promise<void> {
  await until('all questions to be closed', async () => {
    if (!(await window.dialog()) && !(await window.input())) return true;
    await window.page.keyboard.press('Escape');
    await pause(100);
    return false;
  });
  await window.command('notifications.clearAll');
  await window.command('workbench.action.closeAllEditors');
}

/** Waits for a dialog by a part of its English text, and reads it. */
async function dialog(says: string): Promise<void> {
  await window.waitForDialog(inPseudoLetters(says));
  await look(says);
}

async function showView(name: string): Promise<void> {
  await window.command(`valetKey.${name}.focus`);
  await window.page.locator('.pane-body:focus-within, .pane.expanded:focus-within').first().waitFor();
  await look(name);
}

test('the views and their welcomes', async () => {
  await window.page.locator('.pane-header').first().filter({ hasText: '⟦' }).waitFor();
  for (const name of ['activity', 'agents', 'checkup', 'services']) await showView(name);
  await window.screenshot('pseudo-views');
});

test('the questions of Add Service', async () => {
  await start('valetKey.addService');
  const question = async (words: string, answer: string): Promise<void> => {
    const { rows } = await window.waitForInput(inPseudoLetters(words));
    await look(words);
    await (rows.length > 0 ? window.pick(inPseudoLetters(answer)) : window.type(inPseudoLetters(words), answer));
  };
  await question('Which API', 'Another API');
  await question('A short name', 'shop');
  await question('base URL', api.origin);
  await question('How does the API accept', 'Bearer token');
  await question('environment', 'test');
  await question('Path used to test', '/status/401');
  await question('The credential', credential);
  await question('What may agents do', 'Read only');
  await dialog('rejected this credential');
  await window.screenshot('pseudo-rejected');
  await window.answerDialog(pseudo('Use Anyway'));
  await dialog('Let agents use');
  await window.screenshot('pseudo-add-service');
  await window.answerDialog(pseudo('Add Service'));
  await until('the policy file', () => readFileSync(userPolicy(), 'utf8').includes('shop:'));
  await readPolicy();
  await closeAll();
});

function userPolicy(): string {
  return join(editor.folders.data, 'User/globalStorage', EXTENSION_ID, 'valetkey.yaml');
}

async function readPolicy(): Promise<void> {
  read('the policy file', await wordsOfFile(window, userPolicy()));
}

test('a policy that waits for its review, with what is unwise in it', async () => {
  const rules = [
    '- { path: /v1/refunds, methods: [POST], approval: always }',
    '- { path: /status/*, methods: [DELETE] }',
    '- { path: /v1/refunds, methods: [POST], approval: always }',
  ];
  const text = [
    readFileSync(userPolicy(), 'utf8').trimEnd(),
    ...rules.map((rule) => `      ${rule}`),
    'tests: [{ name: "", request: { service: shop, method: GET, path: /a }, expect: deny }]',
  ];
  writeFileSync(userPolicy(), `${text.join('\n')}\n`);
  await window.openFile(userPolicy());
  await window.page
    .locator('.codelens-decoration')
    .filter({ hasText: inPseudoLetters('Review and Apply') })
    .first()
    .waitFor();
  await look('pending changes');
  await readPolicy();
  await window.screenshot('pseudo-policy');
  await start('valetKey.reviewPolicyChanges');
  await dialog('Apply these changes');
  await window.screenshot('pseudo-review');
  await window.answerDialog(pseudo('Apply'));
  await closeAll();
});

test('a policy with errors, and what would mend them', async () => {
  const pasted = ['sk', 'live', crypto.randomUUID().replaceAll('-', '')].join('_');
  const file = write(
    'valetkey.yaml',
    `services:
  stripe:
    baseUrl: http://10.0.0.1
    auth: { type: bearer, key: ${pasted} }
    polcies: []
    policies:
      - path: /v1/../x
        methods: [GTE]
      - { path: '/**', methods: ['*'] }
  other: { baseUrl: https://api.example.com, auth: { typ: bearer } }
servers:
  files: { command: npx -y files-server, tools: { allow: [a] } }
`,
  );
  await window.openFile(file);
  await until('the problems', async () => (await window.problems(file)).length > 3);
  await look('a broken policy');
  read('a broken policy', await wordsOfFile(window, file));
  await window.screenshot('pseudo-broken');
  writeFileSync(file, 'services: {}\n');
  await closeAll();
});

test('calls of an agent, and the one that asks', async () => {
  await window.startMcpServers();
  // What it calls itself is another thing than what started it.
  agent = await connectBesideProxy(editor, 'claude-code');
  const calls = [
    ['read', { path: '/v1/a' }],
    ['read', { path: '/status/404' }],
    ['read', { path: '/a/../b' }],
    ['read', { path: '/reset' }],
    ['execute', { method: 'DELETE', path: '/v1/b' }],
    ['execute', { method: 'DELETE', path: '/status/500' }],
    ['request_access', { method: 'DELETE', path: '/v1/b', reason: '1' }],
  ] as const;
  for (const [tool, args] of calls) await agent.raw(tool, { service: 'shop', ...args });
  const refund = { service: 'shop', method: 'POST', path: '/v1/refunds', json: { 1: 1 }, reason: '1' };
  const asked = agent.raw('execute', refund);
  await window.waitForNotification(inPseudoLetters('waits for your approval'));
  await look('toasts');
  await window.screenshot('pseudo-asked');
  await start('valetKey.reviewPendingApprovals');
  await dialog('send this request to');
  await window.screenshot('pseudo-approval');
  await window.answerDialog(pseudo('Details'));
  await readDocument('the details of a request');
  await look('the details of a request');
  await start('valetKey.reviewPendingApprovals');
  await dialog('send this request to');
  await window.answerDialog(pseudo('Deny'));
  expect(await asked).toMatchObject({ error: { code: 'approval_denied' } });
  await closeAll();
});

test('why a call was blocked, and what would become of a request', async () => {
  await start('valetKey.explainCall');
  await window.waitForInput(inPseudoLetters('Which call'));
  await look('the blocked calls');
  await window.pick('DELETE /v1/b');
  await dialog('was blocked');
  await window.screenshot('pseudo-why');
  await closeAll();
  await start('valetKey.testRequest');
  await window.pick('shop');
  await window.waitForInput(inPseudoLetters('Which method'));
  await window.pick('DELETE');
  await window.type(inPseudoLetters('The path below'), '/v1/b');
  await dialog('This request would be refused');
  await window.screenshot('pseudo-refused');
  await closeAll();
});

test('rows and their tooltips', async () => {
  await window.command('valetKey.runCheckup');
  for (const name of ['activity', 'agents', 'checkup', 'services']) {
    await showView(name);
    await window.command('list.expandAll').catch(() => undefined);
    await look(name);
    await window.screenshot(`pseudo-${name}`);
  }
  const rows = window.page.locator('.pane .monaco-list-row').filter({ visible: true });
  for (let i = 0; i < (await rows.count()); i += 1) {
    await window.page.mouse.move(0, 0);
    await rows
      .nth(i)
      .hover({ timeout: 1000 })
      .catch(() => undefined);
    await window.page
      .locator('.monaco-hover')
      .first()
      .waitFor({ timeout: 1500 })
      .catch(() => undefined);
    await look(`tooltip ${i}`);
  }
});

test('the reports, the explorer and the status', async () => {
  await start('valetKey.showStatus');
  await dialog('Valet Key');
  await window.screenshot('pseudo-status');
  await closeAll();
  await start('valetKey.verifyAuditLog');
  await readDocument('Verify Audit Log');
  await window.screenshot('pseudo-verified');
  await closeAll();
  await start('valetKey.openAuditExplorer');
  const page = window.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  await page.locator('#records tbody tr').first().waitFor();
  await page.locator('#verify').click();
  await until('the verification', async () => ((await page.locator('#chain').textContent()) ?? '').includes('⟦'));
  await page.locator('details summary').click();
  const texts: readonly string[] = await page
    .locator('body')
    .evaluateAll((elements) =>
      elements.flatMap((element) => [
        element.innerText,
        ...[...element.querySelectorAll('[aria-label], [placeholder], [title]')].flatMap((one) =>
          ['aria-label', 'placeholder', 'title'].map((name) => one.getAttribute(name) ?? ''),
        ),
      ]),
    );
  read(
    'the explorer',
    texts.flatMap((text) => text.split('\n')),
  );
  await window.screenshot('pseudo-explorer');
  await closeAll();
});

test('what each command asks or says first', { timeout: 300_000 }, async () => {
  const { contributes } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly contributes: { readonly commands: readonly { readonly command: string }[] };
  };
  const silent: string[] = [];
  for (const { command } of contributes.commands) {
    if (WITHOUT_WORDS.includes(command.replace('valetKey.', ''))) continue;
    await start(command);
    const shown = await until(
      command,
      async () => {
        const lines = [
          ...JSON.stringify([await window.dialog(), await window.input(), await window.notifications()]),
          await openText(),
        ].join('');
        return lines.includes('⟦');
      },
      10_000,
    ).catch(() => false);
    if (!shown) silent.push(command);
    await look(command);
    await closeAll();
  }
  expect(silent).toEqual([]);
});
