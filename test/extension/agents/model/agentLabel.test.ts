import { expect, test } from 'vitest';
import { agentLabel } from '../../../../src/extension/agents/model/agentLabel.ts';
import { AgentList } from '../../../../src/extension/agents/model/agentList.ts';
import type { ConnectedAgent } from '../../../../src/gateway/control/controlPort.ts';

test('an agent’s words are one line, show what cannot be seen, and are cut', () => {
  expect(agentLabel('plain name')).toBe('plain name');
  expect(agentLabel('a\nb\u202Ec\u200Bd')).toBe('a\\u000ab\\u202ec\\u200bd');
  expect(agentLabel('x'.repeat(500))).toBe(`${'x'.repeat(60)}…`);
});

test('an agent’s words become no link and no icon', () => {
  const words = agentLabel('[Allow](command:valetKey.unfreeze) $(shield)');
  expect(words).toBe('[Allow] (command:valetKey.unfreeze) $ (shield)');
});

const one: ConnectedAgent = {
  id: '1',
  name: 'claude',
  rawName: 'claude-code',
  since: 20,
  calls: 2,
  blocked: 1,
  state: 'waiting',
  pid: 7,
};

test('connections that say the same of themselves are one agent', () => {
  const list = new AgentList();
  list.set([one, { ...one, id: '2', since: 10, calls: 3, blocked: 0, pid: 8 }, { ...one, id: '3', version: '2' }]);
  expect(list.agents).toMatchObject([
    { rawName: 'claude-code', since: 10, calls: 5, blocked: 1, pids: [7, 8], connections: ['1', '2'] },
    { version: '2', connections: ['3'] },
  ]);
});

test('the user is told once of a name that waits', () => {
  const list = new AgentList();
  expect(list.set([one]).map(({ rawName }) => rawName)).toEqual(['claude-code']);
  expect(list.set([{ ...one, id: '2' }])).toEqual([]);
  expect(list.set([{ ...one, rawName: 'other', state: 'allowed' }])).toEqual([]);
});
