import { describe, expect, test } from 'vitest';
import { withDuplicate } from '../../../../src/core/policy/edit/duplicateEntry.ts';
import { withRule } from '../../../../src/core/policy/edit/ruleWriter.ts';
import { withService } from '../../../../src/core/policy/edit/serviceWriter.ts';
import { learnPolicy, tightenPolicy } from '../../../../src/core/policy/learn/learn.ts';
import { openForLearning } from '../../../../src/core/policy/learn/learningRules.ts';

// A file with the line ends of Windows keeps them, whoever writes into it and however its lists are written.

const HEAD = 'services:\n  demo: # mine\n    baseUrl: https://api.example.com\n    auth: { type: bearer }\n';
const CALLS = [
  { service: 'demo', method: 'GET', path: '/v1/a' },
  { service: 'demo', method: 'GET', path: '/v1/b/c' },
];

const DOCUMENTS: Readonly<Record<string, string>> = {
  'a list in lines': `${HEAD}    policies:\n      - path: /**\n        methods: [GET, POST]\n`,
  'a list in braces': `${HEAD}    policies: [{ path: /**, methods: [GET, POST] }]\n`,
  'rules in braces': `${HEAD}    policies:\n      - { path: /**, methods: [GET, POST] } # all\n`,
  'an empty list': `${HEAD}    policies: []\n`,
  'an empty list below its key': `${HEAD}    policies:\n      []\n`,
  'a service in braces':
    'services:\n  demo: { baseUrl: https://api.example.com, auth: { type: bearer }, policies: [{ path: /**, methods: [GET, POST] }] }\n',
  'services in braces':
    'services: { demo: { baseUrl: https://api.example.com, auth: { type: bearer }, policies: [] } } # mine\n',
};

const WRITERS: Readonly<Record<string, (text: string) => string | undefined>> = {
  'a rule': (text) => withRule(text, 'demo', { method: 'POST', path: '/v1/x', approval: 'always' }),
  'a service': (text) =>
    withService(text, { name: 'other', baseUrl: 'https://o.example.com', auth: { type: 'bearer' }, rules: [] }),
  'the same service': (text) =>
    withService(text, { name: 'demo', baseUrl: 'https://o.example.com', auth: { type: 'bearer' }, rules: [] }),
  'a copy for another environment': (text) =>
    withDuplicate(text, { from: 'demo', name: 'copy', environment: 'test', baseUrl: 'https://t.example.com' }),
  'what was learned': (text) => learnPolicy(text, CALLS).text,
  'what is narrower': (text) => tightenPolicy(text, CALLS).text,
  'the rules of an hour of learning': (text) => openForLearning(text, 'demo'),
};

describe.each(Object.entries(WRITERS))('%s', (_what, write) => {
  test.each(Object.entries(DOCUMENTS))('goes into %s', (_where, text) => {
    const windows = write(text.replaceAll('\n', '\r\n'));
    expect(windows).toBeDefined();
    expect(windows).toBe(write(text)?.replaceAll('\n', '\r\n'));
    expect(windows).not.toMatch(/(?<!\r)\n|\r(?!\n)/);
  });
});
