import fc from 'fast-check';
import { expect, it } from 'vitest';
import { builtAnswer } from '../../support/builtAnswer.ts';

const ROWS = [{ id: 1 }, { id: 2 }];
const BODY = JSON.stringify(ROWS);

it.each<[api: string, contentRange: string, asked?: Record<string, string>, body?: string]>([
  ['PostgREST', '0-1/5', { prefer: 'count=exact' }],
  ['PostgREST, asked by the header', '2-3/*', { range: '2-3' }],
  ['Heroku', 'id 1..2; max=200'],
  ['Heroku, further on', 'id 3..4', { Range: 'id ]2..; max=2' }],
  ['OpenStack and Elastic Path', 'items 0-1/250'],
  ['a list below a name', 'resources 0-1/9', {}, JSON.stringify({ data: ROWS })],
])('a list that an API divides by rows is no piece of anything: %s', async (_api, contentRange, asked, body) => {
  const order = { call: { path: '/things?limit=2', ...(asked ? { headers: asked } : {}) } };
  const given = { status: 206, headers: [['content-range', contentRange]] as const, body: body ?? BODY };
  const { answer } = await builtAnswer(given, order);
  expect(answer).toMatchObject({ status: 206, json: JSON.parse(given.body) });
  expect(answer.hint ?? '').not.toContain('withheld');
});

it('goes on behind its rows', async () => {
  const call = { path: '/things', query: { limit: 2, offset: 2 }, headers: { prefer: 'count=exact' } };
  const { answer } = await builtAnswer({ status: 206, headers: [['content-range', '2-3/9']], body: BODY }, { call });
  expect(answer.next).toMatchObject({ query: { limit: 2, offset: 4 }, headers: { prefer: 'count=exact' } });
});

it.each<[why: string, contentRange: string | undefined, asked?: string | undefined, body?: string, type?: string]>([
  ['its unit is bytes', 'bytes 0-13/500'],
  ['its unit is bytes in capitals', 'Bytes 0-13/500'],
  ['bytes were asked for', '0-13/500', 'bytes=0-13'],
  ['bytes were asked for, and it says nothing of a range', undefined, 'bytes=0-13'],
  ['it says nothing of a range', undefined],
  ['it is a text', 'items 0-1/9', undefined, 'a text', 'text/plain'],
  ['it is JSON that is not whole', 'items 0-1/9', undefined, '[{"id":1},{"i'],
  ['it is a value and no list', 'items 0-1/9', undefined, '"abcdef"'],
])('any other is withheld: %s', async (_why, contentRange, asked, body = BODY, type = 'application/json') => {
  const headers = contentRange === undefined ? [] : [['content-range', contentRange] as const];
  const call = asked === undefined ? {} : { headers: { range: asked } };
  const { answer } = await builtAnswer({ status: 206, headers, body, type }, { call });
  expect(answer).not.toHaveProperty('json');
  expect(answer).not.toHaveProperty('text');
  expect(answer.hint).toContain('withheld');
});

it('a piece of JSON that was asked for in bytes is never shown, wherever it is cut', async () => {
  const whole = JSON.stringify([[], {}, [{ id: 'abcdefgh' }], 7]);
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length), fc.nat(whole.length), async (from, to) => {
      const call = { headers: { Range: `bytes=${from}-${to}` } };
      const given = { status: 206, headers: [['content-range', `items ${from}-${to}/9`]] as const };
      const { answer } = await builtAnswer({ ...given, body: whole.slice(from, to + 1) }, { call });
      expect(answer).not.toHaveProperty('json');
    }),
  );
});
