import fc from 'fast-check';
import { expect, test } from 'vitest';
import { refusedAnswer, type ServiceAnswer } from '../../../../src/core/policy/edit/refusedAnswer.ts';
import { type NewService, withService } from '../../../../src/core/policy/edit/serviceWriter.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { english } from '../../../support/english.ts';

test.each<[ServiceAnswer, RegExp]>([
  [{ auth: { type: 'header', name: 'Host' } }, /cannot carry a credential/],
  [{ auth: { type: 'header', name: 'Content-Length' } }, /cannot carry a credential/],
  [{ auth: { type: 'header', name: 'X[Key]' } }, /header name/],
  [{ auth: { type: 'basic', username: 'a\u0000b' } }, /./],
  [{ name: 'constructor' }, /reserved/],
  [{ environment: 'live\u202e' }, /./],
  [{ verifyPath: '/a/../b' }, /./],
  [{ baseUrl: 'https://user@api.example.com' }, /./],
  [{ baseUrl: 'http://127.0.0.1:8080' }, /./],
])('%j is refused where it is asked for', (answer, why) => {
  expect(english(refusedAnswer(answer))).toMatch(why);
});

test.each<[ServiceAnswer]>([
  [{ auth: { type: 'header', name: 'X-Api-Key' } }],
  [{ auth: { type: 'header', name: 'Authorization' } }],
  [{ auth: { type: 'query', name: 'key[id]' } }],
  [{ auth: { type: 'basic', username: 'me@example.com' } }],
  [{ name: 'stripe-live', environment: 'live: 1', verifyPath: '/v1/me' }],
  [{ baseUrl: 'http://127.0.0.1:8080', network: 'loopback' }],
])('%j is taken', (answer) => {
  expect(refusedAnswer(answer)).toBeUndefined();
});

test('answers that are taken one by one are taken together', () => {
  const odd = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom('Host', 'cookie', 'X-Key', '_method', 'constructor', 'live', '/v1/me', '/a//b', '# x', 'a: b'),
  );
  const answers: fc.Arbitrary<ServiceAnswer> = fc.record(
    {
      name: odd,
      environment: odd,
      verifyPath: odd,
      auth: fc.oneof(
        odd.map((name) => ({ type: 'header', name }) as const),
        odd.map((name) => ({ type: 'query', name }) as const),
        odd.map((username) => ({ type: 'basic', username }) as const),
      ),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(answers, (all) => {
      const taken = Object.entries(all).filter(([key, value]) => refusedAnswer({ [key]: value }) === undefined);
      const service: NewService = {
        name: 'api',
        baseUrl: 'https://api.example.com',
        auth: { type: 'bearer' },
        rules: [],
        ...(Object.fromEntries(taken) as ServiceAnswer),
      };
      expect(parsePolicy(withService(undefined, service)).policy?.services.has(service.name)).toBe(true);
    }),
  );
});
