import { MAX_POLICY_BYTES } from '../../src/core/policy/text/textGuard.ts';
import { loopbackService } from './serve.ts';
import { trickyServer } from './wrapped.ts';

/** What a policy text with so many of something has in `services` and `servers`. */
type Make = (origin: string, count: number) => { readonly services?: object; readonly servers?: object };

const each = <T>(count: number, one: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => one(i));
const named = <T>(count: number, one: (index: number) => readonly [string, T]): Record<string, T> =>
  Object.fromEntries(each(count, one));
const api = (origin: string, policies: readonly object[]): object => ({ api: loopbackService(origin, { policies }) });
const POST = { path: '/x', methods: ['POST'] };
/** So many conditions, with as many as one rule takes in each rule. */
const conditionsOf = (count: number, rule: object): object[] =>
  each(Math.ceil(count / 1000), (n) => ({
    ...rule,
    query: named(Math.min(1000, count - 1000 * n), (i) => [`a${1000 * n + i}`, { present: false }]),
  }));

/**
 * The largest policies that there can be, by what they are large of. All but the first have a service named `api`, whose
 * rules are for `POST /x`.
 */
export const LARGE_POLICIES: Readonly<Record<string, Make>> = {
  'tiny services': (origin, count) => ({
    services: named(count, (i) => [
      `s${i.toString(36)}`,
      { baseUrl: origin, network: 'loopback', auth: { type: 'bearer' } },
    ]),
  }),
  'rules of one service': (origin, count) => ({
    services: api(
      origin,
      each(count, (i) => ({ ...POST, path: `/x${i}` })),
    ),
  }),
  'rules for one path': (origin, count) => ({
    services: api(
      origin,
      each(count, (i) => ({ ...POST, query: { [`a${i % 90}`]: { max: 1 } } })),
    ),
  }),
  'deny rules for one path': (origin, count) => ({
    services: api(
      origin,
      each(count, (i) => ({ ...POST, effect: 'deny', query: { [`a${i % 90}`]: { min: 1 } } })),
    ),
  }),
  'rules for one path about a body': (origin, count) => ({
    services: api(origin, [
      POST,
      ...each(count, (i) => ({ ...POST, effect: 'deny', body: { [`a${i % 900}`]: { matches: 'cus_*' } } })),
    ]),
  }),
  conditions: (origin, count) => ({ services: api(origin, conditionsOf(count, POST)) }),
  'conditions of rules that ask': (origin, count) => ({
    services: api(origin, conditionsOf(count, { ...POST, approval: 'always' })),
  }),
  'values of one condition': (origin, count) => ({
    services: api(origin, [{ ...POST, query: { a: { in: each(count, (i) => `v${i}`) } } }]),
  }),
  'agents of one rule': (origin, count) => ({
    services: api(origin, [{ ...POST, agents: each(count, (i) => `v${i}*`) }]),
  }),
  'patterns with stars': (origin, count) => ({
    services: api(
      origin,
      each(count, (i) => ({ path: `/x*${i}*y`, effect: 'deny' })),
    ),
  }),
  servers: (origin, count) => ({
    services: api(origin, [POST]),
    servers: named(count, (i) => [`m${i.toString(36)}`, { command: 'x', tools: { allow: ['*'] } }]),
  }),
  'patterns of tools': (origin, count) => {
    const patterns = (list: string): string[] => each(Math.min(count, 500), (i) => `*${list}_${i}*`);
    const tools = { allow: [...patterns('allow').slice(1), '*'], ask: patterns('ask'), deny: patterns('deny') };
    return { services: api(origin, [POST]), servers: { mcp: trickyServer(undefined, { tools }, ['--huge', 'plain']) } };
  },
};

/** The text of a policy that is as large as it may be. `mark` tells it from another one of the same kind. */
export function largePolicy(what: string, origin: string, mark: string): string {
  const make = LARGE_POLICIES[what];
  if (!make) throw new Error(`there is no policy of ${what}`);
  const text = (count: number): string => `# ${mark}\n${JSON.stringify(make(origin, count))}\n`;
  let [most, tooMany] = [1, 20_000];
  while (tooMany - most > 1) {
    const middle = (most + tooMany) >> 1;
    if (text(middle).length <= MAX_POLICY_BYTES) most = middle;
    else tooMany = middle;
  }
  return text(most);
}
