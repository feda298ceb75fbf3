import { expect, test } from 'vitest';
import type { Agent } from '../../../../src/extension/agents/model/agentList.ts';
import { AgentNode } from '../../../../src/extension/agents/views/agentNode.ts';

const AGENT: Agent = {
  ...{ key: 'k', name: 'cursor', rawName: 'Cursor', version: '1.2', state: 'allowed', since: 1, calls: 1, blocked: 0 },
  pids: [],
  connections: ['a'],
};

test.for<[Partial<Agent>, description: string, context: string, click: string | undefined, line: string]>([
  [{}, '1 call · Cursor 1.2', 'agent.allowed.other', undefined, 'Not connected with Valet Key'],
  [{ entry: 'vscode' }, '1 call · Cursor 1.2', 'agent.allowed', undefined, 'Started by VS Code'],
  [
    { entry: 'claude-code' },
    '1 call · Cursor 1.2',
    'agent.allowed.other',
    undefined,
    'Started from the entry for Claude Code',
  ],
  // One who waits is allowed by a click, which asks.
  [
    { state: 'waiting', calls: 3, blocked: 3 },
    'waits for you to allow it · 3 calls, 3 blocked · Cursor 1.2',
    'agent.waiting.other',
    'valetKey.allowAgent',
    'waits for you to allow it',
  ],
  [{ state: 'frozen' }, 'frozen · 1 call · Cursor 1.2', 'agent.frozen.other', undefined, 'frozen'],
  [{ rawName: '' }, '1 call · (no name) 1.2', 'agent.allowed.other', undefined, 'Calls itself: (no name) 1.2'],
  // A proxy may run on behind a session that ended.
  [
    { lastCall: 1 },
    '1 call · Cursor 1.2',
    'agent.allowed.other',
    undefined,
    `Last call: ${new Date(1).toLocaleString()}`,
  ],
  [{ connections: ['a', 'b'], pids: [7, 8] }, '1 call · Cursor 1.2', 'agent.allowed.other', undefined, '2 connections'],
])('%j', ([parts, description, context, click, line]) => {
  const row = new AgentNode({ ...AGENT, ...parts });
  expect([row.description, row.contextValue, row.command?.command]).toEqual([description, context, click]);
  expect(String(row.tooltip).split('\n')).toContain(line);
});
