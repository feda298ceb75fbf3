import { describe, expect, test } from 'vitest';
import { PRESETS } from '../../../../src/core/policy/edit/presets.ts';
import { type NewService, withService } from '../../../../src/core/policy/edit/serviceWriter.ts';
import { USER_POLICY_TEMPLATE } from '../../../../src/core/policy/edit/userPolicyTemplate.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { PolicyNotWritableError } from '../../../../src/core/policy/text/insertion.ts';

const STRIPE: NewService = {
  name: 'stripe',
  baseUrl: 'https://api.stripe.com',
  environment: 'test',
  auth: { type: 'bearer' },
  rules: [{ path: '/**', methods: ['GET', 'HEAD'] }],
};

const BLOCK = `  stripe:
    baseUrl: https://api.stripe.com
    environment: test
    auth: { type: bearer }
    policies:
      - path: /**
        methods: [GET, HEAD]
`;

const OTHER = `  first: # kept
    baseUrl:   "https://first.example"   # as it was
    auth: {type: bearer}
    policies:
      - { path: /x, methods: [ GET ] }
`;

function namesIn(text: string): readonly string[] {
  const { policy, problems } = parsePolicy(text);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return [...(policy?.services.keys() ?? [])];
}

describe('only lines are inserted', () => {
  test.each([
    ['nothing', '', `services:\n${BLOCK}`],
    ['comments alone', '# mine\n', `# mine\nservices:\n${BLOCK}`],
    ['another key alone', 'version: 1\n', `version: 1\nservices:\n${BLOCK}`],
    ['no services yet', 'services: {}\n', `services:\n${BLOCK}`],
    ['services without a value', 'services:\n# end\n', `services:\n${BLOCK}# end\n`],
    ['a service in lines', `services:\n${OTHER}\n# end\n`, `services:\n${OTHER}${BLOCK}\n# end\n`],
    [
      'a service in braces',
      'services:\n  a: { baseUrl: https://a.example, auth: {type: bearer} } # tail\nversion: 1\n',
      `services:\n  a: { baseUrl: https://a.example, auth: {type: bearer} } # tail\n${BLOCK}version: 1\n`,
    ],
    ['no line break at the end', `services:\n${OTHER.trimEnd()}`, `services:\n${OTHER}${BLOCK}`],
  ])('%s', (_what, before, after) => {
    expect(withService(before, STRIPE)).toBe(after);
    expect(namesIn(after)).toContain('stripe');
  });

  test('Windows line ends stay', () => {
    const after = withService(`services:\n${OTHER}`.replaceAll('\n', '\r\n'), STRIPE);
    expect(after).toBe(`services:\n${OTHER}${BLOCK}`.replaceAll('\n', '\r\n'));
  });

  test('the indentation of the file is kept', () => {
    const wide = 'services:\n    a:\n        baseUrl: https://a.example\n        auth: { type: bearer }\n';
    expect(withService(wide, STRIPE)).toContain('\n    stripe:\n      baseUrl:');
    expect(namesIn(withService(wide, STRIPE))).toEqual(['a', 'stripe']);
  });
});

test('the template of the user policy takes a service and stays valid', () => {
  expect(namesIn(USER_POLICY_TEMPLATE)).toEqual([]);
  expect(namesIn(withService(USER_POLICY_TEMPLATE, STRIPE))).toEqual(['stripe']);
});

test('services in braces are kept, and the new one is added', () => {
  const before = 'services: { a: { baseUrl: https://a.example, auth: { type: bearer } } } # mine\n';
  expect(namesIn(withService(before, STRIPE))).toEqual(['a', 'stripe']);
  expect(withService(before, STRIPE)).toContain('# mine');
});

test('a service of the same name is replaced', () => {
  const once = withService('', { ...STRIPE, rules: [] });
  const twice = parsePolicy(withService(once, STRIPE)).policy;
  expect(twice?.services.get('stripe')?.rules).toHaveLength(1);
});

test.each([
  { type: 'bearer' },
  { type: 'basic' },
  { type: 'basic', username: 'me #, "quoted"' },
  { type: 'header', name: 'X-Api-Key' },
  { type: 'query', name: 'api_key' },
] as const)('auth %j means the same when it is read back', (auth) => {
  const read = parsePolicy(withService(undefined, { ...STRIPE, auth })).policy?.services.get('stripe')?.auth;
  expect(JSON.stringify(read).toLowerCase()).toBe(JSON.stringify(auth).toLowerCase());
});

test.each(['on', '12', 'a: b', '# no comment', '- x', "it's", '{x}', 'ünï'])(
  'environment %j stays text',
  (environment) => {
    const read = parsePolicy(withService(undefined, { ...STRIPE, environment }));
    expect(read.policy?.services.get('stripe')?.environment).toBe(environment);
  },
);

test.each(PRESETS.map((preset) => [preset.id, preset.rules] as const))('preset %s is a valid policy', (_id, rules) => {
  expect(namesIn(withService(undefined, { ...STRIPE, rules }))).toEqual(['stripe']);
});

test.each(['services: [1]\n', '- a\n', 'services: {\n'])('%j cannot take a service', (text) => {
  expect(() => withService(text, STRIPE)).toThrow(PolicyNotWritableError);
});

test('a name that no policy takes is written all the same, so that the policy language says what is wrong', () => {
  for (const name of ['\t', '- x', '# x', '']) expect(() => withService('', { ...STRIPE, name })).not.toThrow();
});
