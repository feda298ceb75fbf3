import { describe, expect, test } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import { phrase } from '../../../../src/core/text/phrase.ts';
import { registerStatusBar } from '../../../../src/extension/status/views/statusBar.ts';
import type { ConnectedAgent } from '../../../../src/gateway/control/controlPort.ts';
import { question } from '../../approvals/model/question.ts';
import { fakeWindow, policyEntry, STRIPE, STRIPE_BINDING } from '../../support/fakeWindow.ts';
import { NOW, useEditor } from '../../support/useEditor.ts';

const editor = useEditor();
type Window = Awaited<ReturnType<typeof fakeWindow>>;

const AGENT: ConnectedAgent = {
  id: 'c1',
  name: 'cursor',
  rawName: 'Cursor',
  since: 1,
  calls: 0,
  blocked: 0,
  state: 'waiting',
};
const CHANGE = { kind: 'widens', service: 'stripe', words: phrase`GET /** on stripe` } as const;

/** What a window can be in at once, the most urgent first: each row is all of those below it, too. */
const CONCERNS: readonly (readonly [
  words: string,
  text: string,
  background: string | undefined,
  command: string,
  happen: (window: Window) => unknown,
])[] = [
  ['all access is frozen', '$(lock) Frozen', 'error', 'showMenu', ({ app }) => app.freeze.freezeAll()],
  [
    'the gateway is not running',
    '$(shield) 3 $(error)',
    'warning',
    'reviewPendingApprovals',
    ({ run }) => run.end('exit status 1'),
  ],
  [
    'the workspace is not trusted, so every call is refused',
    '$(shield) 3 $(workspace-untrusted)',
    'warning',
    'reviewPendingApprovals',
    () => Object.assign(editor, { trusted: false }),
  ],
  [
    'the administrator’s policy cannot be read, so every call is refused',
    '$(shield) 3 $(error)',
    'warning',
    'reviewPendingApprovals',
    ({ app }) => Object.assign(app.administrator, { state: { kind: 'broken' } }),
  ],
  [
    '1 request waits for your approval',
    '$(shield) 3 $(bell-dot) 1 waiting',
    'warning',
    'reviewPendingApprovals',
    ({ app }) => app.approvals.queue.add(question('q')),
  ],
  [
    'a policy file has errors',
    '$(shield) 3 $(warning)',
    undefined,
    'showMenu',
    ({ entries }) => entries.push(policyEntry({ id: 'workspace:file:///w', disk: 'invalid' })),
  ],
  [
    '2 changes wait for your review',
    '$(shield) 3 $(git-pull-request) 2',
    undefined,
    'showMenu',
    ({ entries }) => entries.splice(0, 1, policyEntry({ pending: [CHANGE, CHANGE] })),
  ],
  [
    '1 access request',
    '$(shield) 3 $(comment-unresolved) 1',
    undefined,
    'showMenu',
    ({ app }) =>
      app.accessRequests.add({
        id: 'r',
        service: 'stripe',
        method: 'GET',
        path: '/v1/x',
        reason: '',
        agent: 'claude',
        until: NOW + 60_000,
      } as never),
  ],
  [
    '1 tool waits for your review',
    '$(shield) 3 $(eye) 1',
    undefined,
    'showMenu',
    ({ app }) =>
      app.toolPins.note({
        server: 'files',
        first: true,
        tools: [{ name: 'x', hash: 'h', definition: '{}', status: 'hidden' }],
      } as never),
  ],
  ['1 agent waits for you', '$(shield) 3 $(question) 1', undefined, 'showMenu', ({ app }) => app.agents.set([AGENT])],
  ['1 frozen', '$(shield) 3 $(lock)', undefined, 'showMenu', ({ app }) => app.freeze.freezeService('github')],
  [
    'stripe: rejected by the API',
    '$(shield) 3 $(error) 1',
    undefined,
    'showMenu',
    ({ said }) =>
      Object.assign(said, {
        status: {
          gatewayId: 'g',
          runtimeDir: '',
          services: [{ name: 'stripe', status: 'rejected' }],
          servers: [],
          proxies: 0,
          calls: 0,
        },
      }),
  ],
];

function shown(window: Window): typeof editor.statusBar {
  registerStatusBar(window.app).dispose();
  return editor.statusBar;
}

test.for(CONCERNS.map((concern, index) => [...concern, index] as const))(
  'the most urgent is what is said: %s',
  async ([words, text, background, command, , index]) => {
    const window = await fakeWindow();
    for (const [, , , , happen] of CONCERNS.slice(index).reverse()) await happen(window);
    await new Promise(setImmediate);
    const bar = shown(window);
    expect(bar?.tooltip).toBe(`Valet Key, 2 services, 1 MCP server, ${words}`);
    expect(bar?.text).toBe(text);
    expect(bar?.backgroundColor?.id).toBe(background && `statusBarItem.${background}Background`);
    expect(bar?.command).toBe(`valetKey.${command}`);
  },
);

describe('with nothing urgent', () => {
  test('it says what is not set up yet', async () => {
    expect(shown(await fakeWindow())?.text).toBe('$(shield) 3 $(key)');
  });

  test('it is calm', async () => {
    const window = await fakeWindow();
    for (const id of [STRIPE, { ...STRIPE, service: 'github' }, { ...STRIPE, service: 'files-token' }]) {
      await window.app.credentials.put(id, new Secret(`the value of ${id.service}`), STRIPE_BINDING);
    }
    const bar = shown(window);
    expect([bar?.text, bar?.backgroundColor, bar?.command]).toEqual(['$(shield) 3', undefined, 'valetKey.showMenu']);
    expect(bar?.accessibilityInformation).toEqual({ label: 'Valet Key, 2 services, 1 MCP server', role: 'button' });
  });
});
