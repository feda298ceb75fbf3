import { describe, expect, test } from 'vitest';
import { gatewayInProcess } from '../support/gatewayInProcess.ts';

// Conditions and agents reach the decision: what passes comes as far as the name look-up, which refuses.

const POLICY = `services:
  api:
    baseUrl: https://api.example.com
    auth: { type: bearer }
    policies:
      - { path: /claude, methods: [GET], agents: [claude*] }
      - { path: /cursor, methods: [GET], agents: [cursor] }
      - { path: /refunds, methods: [POST], body: { amount: { max: 5000 } } }
      - { path: /graphql, methods: [POST], graphql: { operations: [query], fields: [viewer] } }
`;

describe('a rule with restrictions', () => {
  test('is asked with the agent, the body and the document of the call', async () => {
    const gateway = await gatewayInProcess({
      policy: POLICY,
      resolve: async () => [{ address: '169.254.169.254', family: 4 }],
      credentials: [['api', 'https://api.example.com', ['a', 'credential', 'of', 'ours'].join('-')]],
    });
    const codeOf = (answer: object): unknown =>
      'refusal' in answer ? (answer.refusal as { code: string }).code : answer;
    const post = async (path: string, json: unknown): Promise<unknown> =>
      codeOf(await gateway.call({ service: 'api', method: 'POST', path, json }));
    expect(codeOf(await gateway.read('api', '/claude'))).toBe('address_refused');
    expect(codeOf(await gateway.read('api', '/cursor'))).toBe('policy_denied');
    expect(await post('/refunds', { amount: 5000 })).toBe('address_refused');
    expect(await post('/refunds', { amount: 5001 })).toBe('policy_denied');
    expect(await post('/graphql', { query: '{ viewer { login } }' })).toBe('address_refused');
    expect(await post('/graphql', { query: 'mutation { viewer { login } }' })).toBe('policy_denied');
  });
});
