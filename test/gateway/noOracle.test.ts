import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { type GatewayInProcess, gatewayInProcess } from '../support/gatewayInProcess.ts';

// What an agent is told of its own call must not say which of its words is a credential. The agent here guesses: a right
// guess and a wrong one of the same shape get the same answer, and neither answer holds anything of them.

const ORIGIN = 'https://api.example.com';
const RULES = [
  { path: '/open/**', methods: ['GET'] },
  { path: '/asking/**', methods: ['GET'], approval: 'always' },
  { path: '/shut/**', effect: 'deny' },
  { path: '/near/**', methods: ['POST'], body: { amount: { max: 5 } } },
  { path: '/graphql', methods: ['POST'], graphql: { operations: ['query'], fields: ['viewer'] } },
];
const POLICY = JSON.stringify({ services: { api: { baseUrl: ORIGIN, auth: { type: 'bearer' }, policies: RULES } } });

/** A word of the kind, and another one of the same shape: what tells them apart is the credential alone. */
const DIGITS = '0123456789';
const SMALL = 'abcdefghijklmnopqrstuvwxyz';
const word = (of: string, least: number, most: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...of), minLength: least, maxLength: most });
const credential = fc.oneof(
  fc.tuple(word(SMALL, 6, 9), word(DIGITS, 4, 4)).map((parts) => parts.join('')),
  word(`${SMALL}${SMALL.toUpperCase()}${DIGITS}_`, 16, 40).map((text) => `k${text}z`),
);

/** Every letter is the next one, every digit, too: the same shape, and another word. */
function wrongGuess(right: string): string {
  const next = (text: string, from: string): string => from[(from.indexOf(text) + 3) % from.length] ?? text;
  return right
    .replaceAll(/[a-z]/g, (letter) => next(letter, SMALL))
    .replaceAll(/[A-Z]/g, (letter) => next(letter, SMALL.toUpperCase()))
    .replaceAll(/[0-9]/g, (digit) => next(digit, DIGITS));
}

let running: GatewayInProcess;
beforeEach(async () => {
  running = await gatewayInProcess({ policy: POLICY });
});

let connections = 0;
/** Each answer comes over a connection of its own: what was said before must not tell one guess from another. */
const caller = () => ({ agent: { name: 'claude-code' }, scope: 'window' as const, connection: `c${++connections}` });

type Said = Promise<unknown> | unknown;
type Call = Parameters<GatewayInProcess['call']>[0];
const called = (more: Partial<Call>): Said =>
  running.gateway.call({ tool: 'execute', service: 'api', method: 'GET', path: '/nowhere', ...more }, caller());
const wished = (more: { service?: string; method?: string; path?: string }): Said =>
  running.gateway.requestAccess({ service: 'api', method: 'GET', path: '/open/x', reason: 'r', ...more }, caller());

/** Every place of a call that is refused, or of a wish that changes nothing, in which an agent can write what it likes. */
const PLACES: Readonly<Record<string, (guess: string) => Said>> = {
  'an unknown service': (guess) => called({ service: guess }),
  'an unknown service of a wish': (guess) => wished({ service: guess }),
  'an unknown service of list_services': (guess) => running.gateway.listServices(caller(), guess),
  'a method': (guess) => called({ method: guess }),
  'the method of a wish': (guess) => wished({ method: guess }),
  'a path that no rule allows': (guess) => called({ path: `/${guess}` }),
  'a path that a rule denies': (guess) => called({ path: `/shut/${guess}` }),
  'a path that a rule allows but for its condition': (guess) =>
    called({ method: 'POST', path: `/near/${guess}`, json: { amount: guess } }),
  'a path that is escaped': (guess) => called({ path: `/${guess.replaceAll('a', '%61')}` }),
  'a path with a dot segment': (guess) => called({ path: `/${guess}/../x` }),
  'a path with a backslash': (guess) => called({ path: `/${guess}\\x` }),
  'a path that is too long': (guess) => called({ path: `/${`${guess}/`.repeat(900)}` }),
  'a path of a wish that is denied': (guess) => wished({ path: `/shut/${guess}` }),
  'a path of a wish that is out of form': (guess) => wished({ path: `/${guess}//` }),
  'a query': (guess) => called({ path: `/?q=${guess}`, query: { [guess]: guess } }),
  'a query out of form': (guess) => called({ path: `/?%zz=${guess}` }),
  'the name of a header': (guess) => called({ headers: { [guess]: '1' } }),
  'the name of a header that is not one': (guess) => called({ headers: { [`${guess} x`]: '1' } }),
  'the name of a header that is ours': (guess) => called({ headers: { [`x-forwarded-${guess}`]: '1' } }),
  'the name of a header that is given twice': (guess) =>
    called({
      headers: { [`${guess}-version`]: '1', [`${guess}_version`]: '1', [`${guess.toUpperCase()}-version`]: '1' },
    }),
  'the value of a header': (guess) => called({ headers: { accept: `${guess}\n` } }),
  'a content type': (guess) => called({ method: 'POST', json: 1, headers: { 'content-type': `text/${guess}` } }),
  'a JSON body': (guess) => called({ method: 'POST', json: { [guess]: guess } }),
  'a form that is nested too deep': (guess) =>
    called({ method: 'POST', form: { [guess]: JSON.parse(`${'{"a":'.repeat(20)}1${'}'.repeat(20)}`) as unknown } }),
  'a text beside another body': (guess) => called({ method: 'POST', text: guess, json: 1 }),
  'an entry of select': (guess) => called({ select: [guess] }),
  'a reason': (guess) => called({ reason: guess }),
  'a GraphQL field': (guess) =>
    called({ method: 'POST', path: '/graphql', json: { query: `mutation { k${guess} { id } }` } }),
};

async function said(place: (guess: string) => Said, guess: string): Promise<string> {
  return JSON.stringify(await place(guess));
}

const know = (value: string): Promise<void> =>
  running.gateway.set({
    credentials: {
      current: [{ service: 'api', value: new Secret(value), binding: { origin: ORIGIN, placement: 'bearer' } }],
      retired: [],
      revoked: [],
    },
  });

describe('a refusal', () => {
  it.each(Object.entries(PLACES))('says nothing of a guess in %s', async (_name, place) => {
    await fc.assert(
      fc.asyncProperty(credential, async (right) => {
        const wrong = wrongGuess(right);
        await know(right);
        const [toRight, toWrong] = [await said(place, right), await said(place, wrong)];
        expect(toRight).toBe(toWrong);
        expect(toRight.toLowerCase()).not.toContain(right.toLowerCase());
        expect(toWrong.toLowerCase()).not.toContain(wrong.toLowerCase());
        expect(toRight).not.toContain('[redacted');
      }),
      { numRuns: 20 },
    );
  });
});
