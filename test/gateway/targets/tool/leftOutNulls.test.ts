import { expect, it } from 'vitest';
import { leaveOutNulls } from '../../../../src/gateway/targets/tool/leftOutNulls.ts';

const OUTER = { jsonrpc: '2.0', id: 1 };

it.each<[what: string, message: unknown, left: unknown]>([
  ['an error beside a result', { ...OUTER, result: { a: 1 }, error: null }, { ...OUTER, result: { a: 1 } }],
  ['a result beside an error', { ...OUTER, result: null, error: { code: 1 } }, { ...OUTER, error: { code: 1 } }],
  ['parameters', { ...OUTER, method: 'ping', params: null }, { ...OUTER, method: 'ping' }],
  ['members of a result', { ...OUTER, result: { content: [], _meta: null } }, { ...OUTER, result: { content: [] } }],
  [
    'members of capabilities',
    { ...OUTER, result: { capabilities: { tools: {}, logging: null }, serverInfo: { name: 'a', title: null } } },
    { ...OUTER, result: { capabilities: { tools: {} }, serverInfo: { name: 'a' } } },
  ],
])('leaves out what is null for nothing: %s', (_what, message, left) => {
  expect(leaveOutNulls(message)).toEqual(left);
});

it.each([
  ['what a tool answers', { ...OUTER, result: { structuredContent: { a: null, b: [null] }, content: [null] } }],
  ['arguments', { ...OUTER, method: 'x', params: { a: null } }],
  ['what is no object', null],
  ['a list', [null, { a: null }]],
  ['a result that is a list', { ...OUTER, result: [null] }],
])('changes nothing else: %s', (_what, message) => {
  expect(leaveOutNulls(message)).toEqual(message);
});
