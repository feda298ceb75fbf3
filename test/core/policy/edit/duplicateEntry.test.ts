import { describe, expect, it } from 'vitest';
import { withDuplicate } from '../../../../src/core/policy/edit/duplicateEntry.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { PolicyNotWritableError } from '../../../../src/core/policy/text/insertion.ts';

const LIVE = { from: 'stripe', name: 'stripe-live', environment: 'live', baseUrl: 'https://api.stripe.com' };

const BEFORE = `# What agents may do
services:
  stripe: # the test account
    description: Payments
    baseUrl: https://api.stripe.com
    environment: test
    auth: { type: bearer }
    verify: { path: /v1/balance }
    policies:
      - path: /v1/charges
        methods: [GET, HEAD]
      - path: /v1/customers/**
        methods: [GET, POST]
        body: { amount: { max: 5000 } }
      - path: /v1/refunds
        methods: [POST]
        approval: remember
      - path: /v1/**/secret
        effect: deny
    limits:
      requests: 60/minute
      timeout: 10s
tests: []
`;

describe('a copy of a service for another environment', () => {
  it('is written below the others, and nothing else changes by a character', () => {
    const after = withDuplicate(BEFORE, LIVE);
    expect(after).toBe(
      BEFORE.replace(
        'tests: []\n',
        `  stripe-live:
    description: Payments
    baseUrl: https://api.stripe.com
    environment: live
    auth: { type: bearer }
    verify: { path: /v1/balance }
    policies:
      - path: /v1/charges
        methods: [GET, HEAD]
      - path: /v1/customers/**
        methods: [GET]
        body:
          amount:
            max: 5000
      - path: /v1/customers/**
        methods: [POST]
        approval: always
        body:
          amount:
            max: 5000
      - path: /v1/refunds
        methods: [POST]
        approval: always
      - path: /v1/**/secret
        effect: deny
    limits:
      requests: 30/minute
      concurrent: 4
      timeout: 10s
    rotateEvery: 90d
tests: []
`,
      ),
    );
  });

  it('asks the user about everything that writes, and is limited', () => {
    const copy = parsePolicy(withDuplicate(BEFORE, LIVE)).policy?.services.get('stripe-live');
    expect(parsePolicy(withDuplicate(BEFORE, LIVE)).problems.filter(({ severity }) => severity === 'error')).toEqual(
      [],
    );
    const writing = copy?.rules.filter(({ methods }) => methods?.has('POST'));
    expect(writing?.map(({ approval }) => approval)).toEqual(['always', 'always']);
    expect(copy?.limits).toMatchObject({ requests: { count: 30, per: 'minute' }, concurrent: 4 });
  });

  it('of a service without limits gets some', () => {
    const text = 'services:\n  a:\n    baseUrl: https://a.example\n    auth: { type: bearer }\n    policies: []\n';
    const after = withDuplicate(text, { ...LIVE, from: 'a', name: 'b' });
    const copy = parsePolicy(after).policy?.services.get('b');
    expect(copy?.limits).toMatchObject({ requests: { count: 30, per: 'minute' }, concurrent: 4 });
    expect(copy?.rotateEveryDays).toBe(90);
  });

  it('never gets more than it had', () => {
    const text = BEFORE.replace('60/minute', '1/day')
      .replace('timeout: 10s', 'timeout: 10s\n      concurrent: 1')
      .replace('    limits:', '    rotateEvery: 7d\n    limits:');
    const copy = parsePolicy(withDuplicate(text, LIVE)).policy?.services.get('stripe-live');
    expect(copy?.limits).toMatchObject({ requests: { count: 1, per: 'day' }, concurrent: 1, timeoutMs: 10_000 });
    expect(copy?.rotateEveryDays).toBe(7);
  });

  it.each(['services: {}\n', 'services: [\n', ''])('is not made of what is not there: %j', (text) => {
    expect(() => withDuplicate(text, LIVE)).toThrow(PolicyNotWritableError);
  });
});
