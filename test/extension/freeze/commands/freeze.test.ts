import { describe, expect, test } from 'vitest';
import type { KillSwitchTest } from '../../../../src/extension/checkup/scan/killSwitchTests.ts';
import { freezeAll } from '../../../../src/extension/freeze/commands/freezeAll.ts';
import { freezeServer } from '../../../../src/extension/freeze/commands/freezeServer.ts';
import { freezeService } from '../../../../src/extension/freeze/commands/freezeService.ts';
import { testKillSwitch } from '../../../../src/extension/freeze/commands/testKillSwitch.ts';
import { unfreeze } from '../../../../src/extension/freeze/commands/unfreeze.ts';
import { CLOSE } from '../../support/fakeEditor.ts';
import { fakeWindow } from '../../support/fakeWindow.ts';
import { useEditor } from '../../support/useEditor.ts';

const editor = useEditor();

describe('a freeze', () => {
  test('of everything asks nothing', async () => {
    const { app, run } = await fakeWindow();
    await freezeAll(app);
    expect([app.freeze.state.all, editor.shown, run.told.at(-1)]).toEqual([true, [], 'record freeze']);
  });

  test('of a service offers those that are not frozen', async () => {
    const { app } = await fakeWindow();
    await app.freeze.freezeService('github');
    editor.will('stripe');
    await freezeService(app, undefined);
    expect(editor.shown.map(({ choices }) => choices)).toEqual([['stripe']]);
    expect(app.freeze.state.services).toEqual(['github', 'stripe']);
  });

  test.each([
    ['files', 0, ['files']],
    [undefined, 1, []],
  ] as const)('of an MCP server, started on %s', async (argument, shown, frozen) => {
    const { app } = await fakeWindow();
    if (argument === undefined) editor.will(CLOSE);
    await freezeServer(app, argument);
    expect([editor.shown.length, app.freeze.state.services]).toEqual([shown, frozen]);
  });

  test('of an MCP server says where there is none left', async () => {
    const { app } = await fakeWindow();
    await app.freeze.freezeService('files');
    editor.will(CLOSE);
    await freezeServer(app, undefined);
    expect(editor.shown[0]?.text).toBe('There is no server that could be frozen');
  });
});

describe('unfreezing', () => {
  test('says where nothing is frozen', async () => {
    const { app } = await fakeWindow();
    await unfreeze(app, undefined);
    expect([editor.toasts, editor.shown]).toEqual([['Nothing is frozen.'], []]);
  });

  test.for<
    [
      frozen: readonly string[],
      argument: string | undefined,
      acts: readonly string[],
      left: readonly string[],
      detail: RegExp,
    ]
  >([
    [['stripe'], undefined, ['Unfreeze'], [], /Agents can use this service again/],
    [['files'], undefined, ['Unfreeze'], [], /Agents can call its tools again/],
    [['github', 'stripe'], 'stripe', ['Unfreeze'], ['github'], /this service/],
    [['github', 'stripe'], undefined, ['github', 'Unfreeze'], ['stripe'], /this service/],
    [['github', 'stripe'], undefined, ['All frozen services', 'Unfreeze'], [], /every service/],
    // Not frozen by itself: what is meant is asked.
    [['github', 'stripe'], 'files', ['stripe', 'Unfreeze'], ['github'], /this service/],
  ])('of %j, started on %s, with %j', async ([frozen, argument, acts, left, detail]) => {
    const { app, run } = await fakeWindow();
    for (const name of frozen) await app.freeze.freezeService(name);
    editor.will(...acts);
    await unfreeze(app, argument);
    expect(app.freeze.state.services).toEqual(left);
    expect(editor.shown.at(-1)?.detail).toMatch(detail);
    expect(run.told.at(-1)).toBe('record unfreeze');
  });

  test('of everything is never of one service alone', async () => {
    const { app } = await fakeWindow();
    await app.freeze.freezeAll();
    editor.will('Unfreeze');
    await unfreeze(app, 'stripe');
    expect([app.freeze.state.all, editor.shown[0]?.text]).toEqual([false, 'Unfreeze all access?']);
  });

  test.for<readonly ['files' | 'all', readonly (string | typeof CLOSE)[]]>([
    ['all', [CLOSE]],
    ['files', [CLOSE]],
  ])('of %s that is not confirmed lifts nothing', async ([what, acts]) => {
    const { app, run } = await fakeWindow();
    await (what === 'all' ? app.freeze.freezeAll() : app.freeze.freezeService(what));
    editor.will(...acts);
    await unfreeze(app, undefined);
    expect([app.freeze.isFrozen('files'), run.told.includes('record unfreeze')]).toEqual([true, false]);
  });
});

describe('the test of the kill switch', () => {
  async function window() {
    const noted: KillSwitchTest[] = [];
    const killSwitchTests = { note: async (one: KillSwitchTest) => void noted.push(one) };
    return { ...(await fakeWindow({ killSwitchTests, checkup: { run: async () => undefined } })), noted };
  }

  test('is none while something is frozen', async () => {
    const { app, noted } = await window();
    await app.freeze.freezeService('stripe');
    await testKillSwitch(app);
    expect([editor.toasts, noted, app.freeze.state.services]).toEqual([
      ['Access is already frozen. Unfreeze first, then run the test.'],
      [],
      ['stripe'],
    ]);
  });

  test('freezes nothing before it is confirmed', async () => {
    const { app, run, noted } = await window();
    editor.will(CLOSE);
    await testKillSwitch(app);
    expect([run.told, noted]).toEqual([[], []]);
  });

  test('waits until the gateway itself says that all is frozen, and lifts the freeze', async () => {
    const { app, run, noted } = await window();
    const answers = ['ready', 'frozen'] as const;
    let asked = 0;
    run.control.status = async () => {
      const status = answers[asked] ?? 'frozen';
      asked += 1;
      return {
        gatewayId: 'g',
        runtimeDir: '',
        services: [{ name: 'stripe', status }],
        servers: [],
        proxies: 0,
        calls: 0,
      };
    };
    editor.will('Freeze and Unfreeze');
    await testKillSwitch(app);
    expect([asked, noted.length, app.freeze.state.all]).toEqual([2, 1, false]);
    expect(run.told.filter((what) => what.startsWith('record'))).toEqual(['record freeze', 'record unfreeze']);
  });

  test('leaves everything frozen when the gateway ends in between', async () => {
    const { app, run, noted } = await window();
    run.control.status = async () => {
      throw new Error('The gateway ended.');
    };
    editor.will('Freeze and Unfreeze');
    await expect(testKillSwitch(app)).rejects.toThrow('The gateway ended.');
    expect([app.freeze.state.all, noted]).toEqual([true, []]);
  });
});
