import { describe, expect, test } from 'vitest';
import { ToolPinStore, ToolsChangedError } from '../../../../src/extension/servers/model/toolPinStore.ts';
import { toolReviewText } from '../../../../src/extension/servers/model/toolReviewText.ts';
import { ApprovalStore } from '../../../../src/extension/state/approvalStore.ts';
import type { SeenTool, ToolStatus, ToolsSeen } from '../../../../src/gateway/control/controlPort.ts';
import { FakeSecrets, FakeTexts, noPause } from '../../support/fakes.ts';

function storage(): { texts: FakeTexts; open(scope?: 'user' | 'folder-a'): ToolPinStore } {
  const texts = new FakeTexts();
  const secrets = new FakeSecrets();
  const open = (scope: 'user' | 'folder-a' = 'user'): ToolPinStore =>
    new ToolPinStore({
      text: new ApprovalStore({ texts, secrets, installation: '/storage', pause: noPause }),
      now: () => 1,
      scopes: () => new Map([['wiki', scope]]),
    });
  return { texts, open };
}

function tool(name: string, version = 1, status: ToolStatus = 'pinned'): SeenTool {
  return { name, hash: `${name}${version}`, status, definition: `{ "name": "${name}", "v": ${version} }` };
}

function seen(tools: readonly SeenTool[], first = false): ToolsSeen {
  return { server: 'wiki', first, tools };
}

const pins = (...tools: readonly [string, string][]) => [
  { server: 'wiki', tools: tools.map(([name, hash]) => ({ name, hash })) },
];

describe('what is accepted of the tools of a server', () => {
  test('is left out before the server was ever seen', async () => {
    const store = storage().open();
    await store.load();
    expect(store.pins).toEqual([]);
  });

  test('is what it offered first, but for what hides text, and outlives a restart', async () => {
    const shared = storage();
    const store = shared.open();
    expect(await store.note(seen([tool('read'), tool('odd', 1, 'hidden_text')], true))).toBe(true);
    const later = shared.open();
    await later.load();
    expect(later.pins).toEqual(pins(['read', 'read1']));
    expect(store.waitingOf('wiki')?.waiting.map(({ name }) => name)).toEqual(['odd']);
  });

  test('is what another window saw first, though this gateway thinks that it is the first', async () => {
    const shared = storage();
    const [one, other] = [shared.open(), shared.open()];
    await one.note(seen([tool('read')], true));
    expect(await other.note(seen([tool('read', 2), tool('write')], true))).toBe(true);
    expect(other.pins).toEqual(pins(['read', 'read1']));
    expect(other.waitingOf('wiki')?.waiting.map(({ name }) => name)).toEqual(['read', 'write']);
  });

  test('stays what it was when the server changes, until the user accepts it', async () => {
    const shared = storage();
    const store = shared.open();
    await store.note(seen([tool('read')], true));
    expect(await store.note(seen([tool('read', 2, 'changed')]))).toBe(false);
    expect(store.pins).toEqual(pins(['read', 'read1']));
    const waiting = store.waitingOf('wiki') ?? expect.fail('nothing waits');
    await store.accept(waiting);
    expect(store.pins).toEqual(pins(['read', 'read2']));
    expect(store.waiting).toEqual([]);
    const later = shared.open();
    await later.load();
    expect(later.pins).toEqual(pins(['read', 'read2']));
  });

  test('is never what changed between the review and the click', async () => {
    const store = storage().open();
    await store.note(seen([tool('read')], true));
    await store.note(seen([tool('read', 2, 'changed')]));
    const shown = store.waitingOf('wiki') ?? expect.fail('nothing waits');
    await store.note(seen([tool('read', 3, 'changed')]));
    await expect(store.accept(shown)).rejects.toThrow(ToolsChangedError);
    expect(store.pins).toEqual(pins(['read', 'read1']));
  });

  test('is nothing when somebody edited the record, and the server does not count as never seen', async () => {
    const shared = storage();
    await shared.open().note(seen([tool('read')], true));
    for (const [name, text] of shared.texts.files) {
      if (name.endsWith('.yaml')) shared.texts.files.set(name, text.replace('read1', 'read9'));
    }
    const store = shared.open();
    await store.load();
    expect(store.pins).toEqual(pins());
  });

  test('is nothing when somebody deleted the record, either', async () => {
    const shared = storage();
    await shared.open().note(seen([tool('read')], true));
    shared.texts.files.clear();
    const store = shared.open();
    await store.load();
    expect(store.pins).toEqual(pins());
  });

  test('concerns no server of the same name in another folder’s policy', async () => {
    const shared = storage();
    await shared.open().note(seen([tool('read')], true));
    const folder = shared.open('folder-a');
    await folder.load();
    expect(folder.pins).toEqual([]);
  });
});

test('a review names what is new, changed, hidden and gone, and compares both in one order', async () => {
  const store = storage().open();
  await store.note(seen([tool('b'), tool('a'), tool('gone')], true));
  await store.note(seen([tool('new', 1, 'new'), tool('a', 2, 'changed'), tool('b'), tool('odd', 1, 'hidden_text')]));
  const text = toolReviewText(store.waitingOf('wiki') ?? expect.fail('nothing waits'));
  expect(text).toMatchObject({ added: ['new'], changed: ['a'], hidden: ['odd'], gone: ['gone'] });
  expect(text.before).toBe('{ "name": "a", "v": 1 }\n\n{ "name": "b", "v": 1 }\n\n{ "name": "gone", "v": 1 }\n');
  const after = [
    '{ "name": "a", "v": 2 }',
    '{ "name": "b", "v": 1 }',
    '{ "name": "new", "v": 1 }',
    '{ "name": "odd", "v": 1 }',
  ];
  expect(text.after).toBe(`${after.join('\n\n')}\n`);
});
