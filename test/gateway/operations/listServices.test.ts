import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../src/core/policy/read/parse.ts';
import { ADMIN_POLICY_ID, type PolicyFile } from '../../../src/gateway/control/controlPort.ts';
import { listServices } from '../../../src/gateway/operations/listServices.ts';
import { RuleTexts } from '../../../src/gateway/operations/ruleTexts.ts';
import { PolicySet } from '../../../src/gateway/policies/policySet.ts';
import { naiveServiceList } from '../../support/naiveServiceList.ts';
import { runs } from '../../support/runs.ts';

const rule = fc.record(
  {
    path: fc.stringMatching(/^\/[a-c]{1,2}$/),
    methods: fc.subarray(['GET', 'POST', 'PUT'], { minLength: 1 }),
    query: fc.dictionary(fc.stringMatching(/^[a-z]{1,60}$/), fc.record({ max: fc.nat(9) }), { minKeys: 1, maxKeys: 4 }),
  },
  { requiredKeys: ['path', 'methods'] },
);

const service = fc.record(
  {
    baseUrl: fc.stringMatching(/^https:\/\/[a-z]{1,40}\.example$/),
    auth: fc.constant({ type: 'bearer' }),
    description: fc.string({ minLength: 1, maxLength: 300, unit: fc.constantFrom('a', '"', 'é', '\\') }),
    environment: fc.constantFrom('production', 'test'),
    policies: fc.array(rule, { maxLength: 20 }),
  },
  { requiredKeys: ['baseUrl', 'auth'] },
);

/** Few services with much to say of each, or many with little: every way to shorten the list is met. */
const services = fc.integer({ min: 0, max: 3 }).chain((size) =>
  fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{0,40}$/), service, {
    minKeys: [0, 2, 20, 100][size] ?? 0,
    maxKeys: [2, 20, 80, 180][size] ?? 2,
  }),
);

const STEPS = { frozen: 'Do not call it. Only the user can unfreeze it, with "Valet Key: Unfreeze" in VS Code.' };

function statusOf(name: string): { status: 'frozen'; nextStep: string } | { status: 'ready' } {
  return name.length % 3 === 0 ? { status: 'frozen', nextStep: STEPS.frozen } : { status: 'ready' };
}

const setOf = (files: readonly PolicyFile[]): Promise<PolicySet> =>
  PolicySet.from(files, async (text, author) => parsePolicy(text, author));

const atOnce = { turn: async () => undefined };

describe('the list of services', () => {
  it('is the one that a simpler way comes to, however many there are and whatever is said of them', async () => {
    const met = new Set<string>();
    await fc.assert(
      fc.asyncProperty(services, services, fc.boolean(), async (approved, written, isSame) => {
        const text = JSON.stringify({ services: approved });
        const files: PolicyFile[] = [
          { id: 'user', label: 'mine', approved: text, written: text, grants: true },
          {
            id: 'workspace:a',
            label: 'theirs',
            approved: text,
            written: isSame ? text : JSON.stringify({ services: written }),
            grants: true,
          },
        ];
        const policies = await setOf(files);
        const list = await listServices(policies, statusOf, new RuleTexts(atOnce));
        expect(list).toEqual(naiveServiceList(policies, statusOf));
        expect(JSON.stringify(list).length).toBeLessThanOrEqual(8000);
        met.add(/There are/.test(list.nextStep ?? '') ? 'names' : (list.nextStep?.slice(0, 8) ?? 'whole'));
      }),
      { numRuns: runs(40, 15) },
    );
    expect([...met].sort()).toEqual(['The list', 'names', 'whole']);
  }, 60_000);

  it('names what it can where the names alone are too many', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 900 }, (_, i) => [
        `service-${i}`,
        { baseUrl: 'https://a.example', auth: { type: 'bearer' } },
      ]),
    );
    const text = JSON.stringify({ services: many });
    const policies = await setOf([{ id: 'user', label: 'mine', approved: text, written: text, grants: true }]);
    const list = await listServices(policies, statusOf, new RuleTexts(atOnce));
    expect(list).toEqual(naiveServiceList(policies, statusOf));
    expect(list.services).toEqual([]);
  });

  it.each([
    ['what is not shown are rules', 105, { policies: [{ path: '/a', methods: ['GET'] }] }],
    ['what is not shown are some of the services', 110, { policies: [{ path: '/a', methods: ['GET'] }] }],
    ['what is not shown are descriptions', 113, { description: 'what they are for' }],
  ])('is as long as it may be, to the character: %s', async (_what, count, more) => {
    const entry = { baseUrl: 'https://a.b/c', auth: { type: 'bearer' }, ...more };
    const many = Object.fromEntries(Array.from({ length: count }, (_, i) => [`s${i}`, entry]));
    const { policy, ...document } = parsePolicy(JSON.stringify({ services: many }), 'user');
    const first = policy?.services.get('s0');
    if (!policy || !first) throw new Error('it was not read');
    for (let longer = 0; longer < 100; longer++) {
      const baseUrl = { ...first.baseUrl, text: `https://a.b/${'c'.repeat(longer)}` };
      const longerPolicy = { ...policy, services: new Map([...policy.services, ['s0', { ...first, baseUrl }]]) };
      const files = [{ id: 'user', label: 'mine', approved: '', written: '', grants: true }];
      const policies = await PolicySet.from(files, async () => ({ ...document, policy: longerPolicy }));
      const ready = () => ({ status: 'ready' as const });
      expect(await listServices(policies, ready, new RuleTexts(atOnce))).toEqual(naiveServiceList(policies, ready));
    }
  });

  it('has of one service every line that each file says, an administrator’s too', async () => {
    const withRules = (paths: readonly string[]): string =>
      JSON.stringify({
        services: {
          api: {
            baseUrl: 'https://a.example',
            auth: { type: 'bearer' },
            policies: paths.map((path) => ({ path, methods: ['GET'] })),
          },
        },
      });
    const policies = await setOf([
      { id: 'user', label: 'mine', approved: withRules(['/a', '/b']), written: withRules(['/a', '/c']), grants: true },
      { id: ADMIN_POLICY_ID, label: 'theirs', approved: '', written: withRules(['/a', '/d']), grants: false },
    ]);
    const { services: listed } = await listServices(policies, statusOf, new RuleTexts(atOnce), 'api');
    expect(listed.map(({ rules }) => rules)).toEqual([
      ['GET /a', '… and 1 in mine that the user has not approved yet', 'GET /d'],
    ]);
  });

  it('words the rules of a service once for all who ask', async () => {
    let turns = 0;
    const texts = new RuleTexts({ turn: async () => void turns++ });
    const text = JSON.stringify({
      services: {
        api: {
          baseUrl: 'https://a.example',
          auth: { type: 'bearer' },
          policies: Array.from({ length: 40 }, (_, i) => ({ path: `/${i}`, methods: ['GET'] })),
        },
      },
    });
    const policies = await setOf([{ id: 'user', label: 'mine', approved: text, written: text, grants: true }]);
    await Promise.all(Array.from({ length: 9 }, () => listServices(policies, statusOf, texts)));
    expect(turns).toBe(40);
  });
});
