import { expect, test } from 'vitest';
import { allowAgent } from '../../../../src/extension/agents/commands/allowAgent.ts';
import { disconnectAgent } from '../../../../src/extension/agents/commands/disconnectAgent.ts';
import { freezeAgent } from '../../../../src/extension/agents/commands/freezeAgent.ts';
import { unfreezeAgent } from '../../../../src/extension/agents/commands/unfreezeAgent.ts';
import { AgentNode } from '../../../../src/extension/agents/views/agentNode.ts';
import type { ConnectedAgent } from '../../../../src/gateway/control/controlPort.ts';
import { type Act, CLOSE } from '../../support/fakeEditor.ts';
import { fakeWindow } from '../../support/fakeWindow.ts';
import { useEditor } from '../../support/useEditor.ts';

const editor = useEditor();

function agent(rawName: string, state: ConnectedAgent['state']): ConnectedAgent {
  return {
    id: `connection of ${rawName}`,
    name: rawName.toLowerCase(),
    rawName,
    since: 1,
    calls: 0,
    blocked: 0,
    state,
  };
}

async function window(...agents: readonly ConnectedAgent[]) {
  const disconnected: string[] = [];
  const one = await fakeWindow({ connections: { of: () => undefined, isConfigured: () => false } });
  one.app.agents.set(agents);
  one.run.control.disconnectAgents = async (ids) => void disconnected.push(...ids);
  return { ...one, disconnected };
}

test.for<[what: string, agents: readonly ConnectedAgent[], acts: readonly Act[], names: readonly string[]]>([
  ['the only one that waits, asked about', [agent('Cursor', 'waiting')], ['Allow Agent'], ['Cursor']],
  ['the only one that waits, declined', [agent('Cursor', 'waiting')], [CLOSE], []],
  ['one of two, picked', [agent('Cursor', 'waiting'), agent('Zed', 'waiting')], ['zed', 'Allow Agent'], ['Zed']],
  ['one of two, none picked', [agent('Cursor', 'waiting'), agent('Zed', 'waiting')], [CLOSE], []],
])('allowing %s', async ([, agents, acts, names]) => {
  const { app, run } = await window(...agents);
  editor.will(...acts);
  await allowAgent(app, undefined);
  expect(app.agentStore.admission.names).toEqual(names);
  expect(run.told).toEqual(names.length > 0 ? ['agents', 'record allow agent'] : []);
});

test('a frozen agent is not allowed by its row: who waits is asked about', async () => {
  const { app } = await window(agent('Cursor', 'frozen'), agent('Zed', 'waiting'));
  const [cursor] = app.agents.agents;
  editor.will(CLOSE);
  await allowAgent(app, cursor && new AgentNode(cursor));
  expect(editor.shown[0]?.detail).toContain('The agent calls itself “Zed”');
});

test('with nobody that waits nothing is asked', async () => {
  const { app } = await window(agent('Cursor', 'allowed'));
  await allowAgent(app, undefined);
  expect([editor.toasts, editor.shown]).toEqual([['No agent waits to be allowed.'], []]);
});

test('freezing asks which one alone, and acts at once', async () => {
  const { app, run } = await window(agent('Cursor', 'allowed'), agent('Zed', 'frozen'));
  editor.will('cursor');
  await freezeAgent(app, undefined);
  expect(editor.shown.map(({ choices }) => choices)).toEqual([['cursor']]);
  expect(app.agentStore.admission.frozen).toEqual(['Cursor']);
  expect(run.told).toEqual(['agents', 'record freeze agent']);
});

test.for<[frozen: readonly string[], acts: readonly Act[], left: readonly string[]]>([
  [['Cursor'], ['Unfreeze'], []],
  [['Cursor'], [CLOSE], ['Cursor']],
  // Of agents that are not connected, too.
  [['Cursor', 'Zed'], ['Zed', 'Unfreeze'], ['Cursor']],
  [['Cursor', 'Zed'], [CLOSE], ['Cursor', 'Zed']],
])('unfreezing one of %j with %j', async ([frozen, acts, left]) => {
  const { app } = await window();
  for (const name of frozen) await app.agentStore.freeze(name);
  editor.will(...acts);
  await unfreezeAgent(app, undefined);
  expect(app.agentStore.admission.frozen).toEqual(left);
});

test('unfreezing says where nobody is frozen', async () => {
  const { app } = await window();
  await unfreezeAgent(app, undefined);
  expect(editor.toasts).toEqual(['No agent is frozen.']);
});

test('disconnecting an agent that was allowed by its name ends its connections, and no others', async () => {
  const { app, disconnected, run } = await window(agent('Cursor', 'allowed'), agent('Zed', 'allowed'));
  await app.agentStore.allow('Cursor');
  editor.will('Cursor');
  await disconnectAgent(app, undefined);
  expect(app.agentStore.admission.names).toEqual([]);
  expect(disconnected).toEqual(['connection of Cursor']);
  expect(run.told.at(-1)).toBe('record disconnect agent');
});

test('disconnecting says where nobody is connected', async () => {
  const { app } = await window();
  await disconnectAgent(app, undefined);
  expect(editor.toasts).toEqual(['No other agent is connected.']);
});
