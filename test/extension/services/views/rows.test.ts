import { describe, expect, test } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import { phrase } from '../../../../src/core/text/phrase.ts';
import type { Concern } from '../../../../src/extension/services/model/concerns.ts';
import type { ServerSummary } from '../../../../src/extension/services/model/serverList.ts';
import type { ServiceSummary, ShownStatus } from '../../../../src/extension/services/model/serviceList.ts';
import { ConcernNode } from '../../../../src/extension/services/views/concernNode.ts';
import { ServerNode } from '../../../../src/extension/services/views/serverNode.ts';
import { ServiceNode } from '../../../../src/extension/services/views/serviceNode.ts';
import { Uri } from '../../support/fakeEditor.ts';
import { fakeWindow, policyEntry, STRIPE, STRIPE_BINDING } from '../../support/fakeWindow.ts';
import { useEditor } from '../../support/useEditor.ts';

const editor = useEditor();
const ROW = { frozenAlone: false, undoable: false, lastCall: undefined };

async function service(name: string, parts: Partial<ServiceSummary> = {}): Promise<ServiceNode> {
  const { app } = await fakeWindow();
  const summary = app.services.list.find((one) => one.name === name);
  if (!summary) throw new Error(`There is no ${name}.`);
  return new ServiceNode({ ...summary, ...parts }, ROW);
}

function details(node: ServiceNode | ServerNode): readonly string[] {
  return node.children().map(({ label, description }) => [label, description].filter(Boolean).join(' | '));
}

describe('the row of a service', () => {
  test.each<[ShownStatus, Partial<ServiceSummary>, description: string, spoken: RegExp]>([
    ['ready', {}, 'production · ready', /^stripe, ready, production$/],
    ['frozen', {}, 'production · frozen', /Run “Unfreeze” first/],
    ['untrusted', {}, 'production · workspace not trusted', /Every call is refused/],
    ['gateway_down', {}, 'production · gateway down', /Every call is refused/],
    ['ready', { pending: 1 }, 'production · ready · 1 change waits', /1 change waits for your review/],
    // That it waits is its state already.
    ['not_approved', { pending: 2 }, 'production · not approved', /^stripe, not approved, production, Approve/],
  ])('in the state %s with %j', async (status, parts, description, spoken) => {
    const row = await service('stripe', { status, ...parts });
    expect(row.description).toBe(description);
    expect(row.accessibilityInformation?.label).toMatch(spoken);
  });

  test('has below it what is to be done first, and the credential by its end alone', async () => {
    const value = new Secret('the value of stripe, live');
    const credential = { state: 'present', id: STRIPE, value, binding: STRIPE_BINDING, createdAt: 1 } as const;
    const row = await service('stripe', { status: 'rejected', credential, why: phrase`answered with 401`, pending: 1 });
    const lines = details(row);
    expect(lines.slice(0, 2)).toEqual([
      'Rotate the credential. | answered with 401',
      '1 change waits for your review | Review and Apply',
    ]);
    expect(lines.find((line) => line.includes('••••'))).toMatch(/^••••live \| added /);
    expect(lines.join()).not.toContain('the value');
  });

  test.each<[what: string, Partial<ServiceSummary>, line: string]>([
    [
      'a session',
      { credential: { state: 'session', id: STRIPE, binding: STRIPE_BINDING, createdAt: 1 } },
      'VS Code’s own session | nothing is stored',
    ],
    [
      'a command that failed',
      {
        status: 'missing_credential',
        why: phrase`its command failed: ${'exit status 2'}`,
        credential: {
          state: 'command',
          id: STRIPE,
          binding: STRIPE_BINDING,
          createdAt: 1,
          command: { program: '/usr/bin/pass', args: ['stripe'], keepMs: 60_000 },
        },
      },
      'Check the command | its command failed: exit status 2',
    ],
    ['no environment', { name: 'github' }, 'No calls yet'],
  ])('of %s', async (_what, parts, line) => {
    expect(details(await service(parts.name ?? 'stripe', parts))).toContain(line);
  });

  test('a command that failed is taken anew, and no credential is entered instead', async () => {
    const command = { program: '/usr/bin/pass', args: [], keepMs: 1 };
    const credential = { state: 'command', id: STRIPE, binding: STRIPE_BINDING, createdAt: 1, command } as const;
    const [first] = (await service('stripe', { status: 'missing_credential', credential })).children();
    expect(first?.command?.command).toBe('valetKey.takeFromCommand');
  });
});

describe('the row of an MCP server', () => {
  async function server(parts: Partial<ServerSummary>): Promise<ServerNode> {
    const { app } = await fakeWindow();
    const [summary] = app.services.servers;
    if (!summary) throw new Error('There is no server.');
    return new ServerNode({ ...summary, ...parts }, ROW);
  }
  const tools = { offered: 3, usable: 1, waiting: 2 };

  test.each<[Partial<ServerSummary>, description: string, context: string, icon: string]>([
    [{ status: 'ready' }, 'ready', 'server.needs', 'server-process'],
    [{ status: 'ready', tools }, 'ready · 2 tools wait for your review · 1 of 3 tools', 'server.review.needs', 'eye'],
    [
      { status: 'frozen', tools },
      'frozen · 2 tools wait for your review · 1 of 3 tools',
      'server.review.needs',
      'lock',
    ],
    [{ status: 'ready', pending: 2 }, 'ready · 2 changes wait', 'server.needs', 'server-process'],
    [{ status: 'not_approved', pending: 2 }, 'not approved', 'server.needs', 'git-pull-request'],
  ])('%j', async (parts, description, context, icon) => {
    const row = await server(parts);
    expect([row.description, row.contextValue, (row.iconPath as { id: string }).id]).toEqual([
      description,
      context,
      icon,
    ]);
  });

  test('that does not start says so and why, in the row, its tooltip and below it', async () => {
    const failure = phrase`files could not be started: its program was not found on the PATH.`;
    const why = 'could not be started: its program was not found on the PATH.';
    const row = await server({ status: 'ready', failure });
    // What is cut off in a narrow side bar is the end.
    expect(row.description).toBe('failed · its program was not found on the PATH.');
    const tooltip = String((row.tooltip as { value?: string }).value ?? row.tooltip);
    expect(tooltip).toContain('files, MCP server: failed');
    expect(tooltip).not.toContain('ready');
    expect(tooltip).toContain(why);
    expect(row.accessibilityInformation?.label).toContain(why);
    expect(details(row)[0]).toBe(why);
    // What the user did themselves comes before what failed.
    expect((await server({ status: 'frozen', failure })).description).toBe(
      'frozen · its program was not found on the PATH.',
    );
    const asked = phrase`files wants its user to sign in.`;
    expect((await server({ status: 'ready', failure: asked })).description).toBe('failed · wants its user to sign in.');
  });

  test('has below it what waits, what runs and which credential is missing', async () => {
    const row = await server({ status: 'ready', tools });
    expect(details(row)).toEqual([
      '2 tools wait for your review | Review',
      'files-server | starts when an agent needs it',
      '1 of 3 tools',
      'credential missing | files-token',
      'No calls yet',
    ]);
    expect(row.children().map(({ command }) => command?.command)).toContain('valetKey.enterCredential');
  });
});

describe('what concerns all services', () => {
  const entry = policyEntry({ disk: 'invalid', closed: ['stripe'] });
  const locations = { uriOf: (id: string) => Uri.file(`/${id}`) };

  test.for<[label: string, description: string, command: string, args: number, Concern]>([
    ['Manage Trust', 'not trusted: every call is refused', 'workbench.trust.manage', 0, { kind: 'untrusted' }],
    ['Unfreeze', 'all access is frozen', 'valetKey.unfreeze', 0, { kind: 'frozen' }],
    ['Restart Gateway', 'not running: every call is refused', 'valetKey.restartGateway', 0, { kind: 'gatewayDown' }],
    [
      'Show Status',
      'the administrator’s policy cannot be read',
      'valetKey.showStatus',
      0,
      { kind: 'administratorBroken' },
    ],
    ['Open user policy', 'it has errors', 'vscode.open', 1, { kind: 'policyBroken', entry }],
    // What cannot be read cannot be opened either.
    [
      'Show Status',
      'user policy cannot be read',
      'valetKey.showStatus',
      0,
      { kind: 'policyBroken', entry: { ...entry, unreadable: phrase`It is a folder.` } },
    ],
    [
      'Open Policy File',
      'user policy is missing',
      'valetKey.openPolicyFile',
      0,
      { kind: 'policyMissing', entry: { ...entry, disk: 'missing' } },
    ],
    [
      'Review and Apply',
      'user policy is missing',
      'valetKey.reviewPolicyChanges',
      1,
      {
        kind: 'policyMissing',
        entry: { ...entry, disk: 'missing', pending: [{ kind: 'widens', service: 'stripe', words: phrase`…` }] },
      },
    ],
    [
      'Review and Apply',
      '1 change waits for your review',
      'valetKey.reviewPolicyChanges',
      0,
      { kind: 'pendingChanges', count: 1 },
    ],
    ['Move Secrets', '1 secret in plain text', 'valetKey.moveSecrets', 0, { kind: 'plainSecrets', count: 1 }],
    ['Move Secrets', '3 secrets in plain text', 'valetKey.moveSecrets', 0, { kind: 'plainSecrets', count: 3 }],
  ])('%s: %s', ([label, description, command, args, concern]) => {
    const row = new ConcernNode(concern, locations as never);
    expect([row.label, row.description, row.command?.command, row.command?.arguments?.length]).toEqual([
      label,
      description,
      command,
      args,
    ]);
    expect(row.tooltip).toMatch(/\.$/);
  });
});

test('a window that is not trusted says so of each service', async () => {
  editor.trusted = false;
  const { app } = await fakeWindow();
  expect(app.services.list.map(({ status }) => status)).toEqual(['untrusted', 'untrusted']);
});
