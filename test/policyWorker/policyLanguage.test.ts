import { afterAll, expect, test } from 'vitest';
import { parsePolicy } from '../../src/core/policy/read/parse.ts';
import { inEnglish } from '../../src/core/text/phrase.ts';
import { LanguageService } from '../../src/extension/policy/language/languageService.ts';
import { GATEWAY } from '../support/forkedGateway.ts';

// The language's thread in the built bundle, as the editor uses it.

const language = new LanguageService(GATEWAY);
afterAll(() => language.dispose());

const SERVICE = (n: number): string =>
  `  service${n}:\n    baseUrl: https://api${n}.example.com\n    auth: { type: bearer }\n    policies:\n${Array.from({ length: 16 }, (_, rule) => `      - { path: /v1/things${rule}/*/parts, methods: [GET, POST] }\n`).join('')}`;
/** 2,001 lines. */
const LARGE = `services:\n${Array.from({ length: 100 }, (_, n) => SERVICE(n)).join('')}`;
const TESTED = `${`services:\n${SERVICE(0)}`}tests:
  - { name: reads, request: { service: service0, method: GET, path: /v1/things1/7/parts }, expect: allow }
  - { name: deletes, request: { service: service0, method: DELETE, path: /v1/things1/7/parts }, expect: allow }
`;

test('it finds what is wrong and what is unwise, and runs the file’s tests', async () => {
  const look = await language.look(TESTED);
  expect(look?.tests).toEqual({ total: 2, failed: 1 });
  expect(look?.problems.filter(({ code }) => code === 'failing-test')).toHaveLength(1);
  expect((await language.look('services: [\n'))?.problems[0]?.severity).toBe('error');
});

test('it tells rules that no call of the month needed, when it is told the calls', async () => {
  const calls = [{ service: 'service0', method: 'GET', path: '/v1/things1/7/parts' }];
  const unused = async (context: Parameters<typeof language.look>[1]): Promise<number> =>
    (await language.look(TESTED, context))?.problems.filter(({ code }) => code === 'unused-rule').length ?? -1;
  expect(await unused({ calls })).toBe(15);
  expect(await unused({})).toBe(0);
});

test('it completes, explains, fixes, tightens and learns as the functions themselves do', async () => {
  const at = TESTED.indexOf('things1/') + 3;
  const hovered = await language.hover(TESTED, at, []);
  expect(hovered?.lines.map(inEnglish).join('\n')).toContain('service0');
  expect(await language.hover(TESTED, 0, [])).toBeDefined();
  const paths = await language.complete(TESTED, TESTED.indexOf('/v1/things0') + 1, {
    calls: [{ service: 'service0', method: 'GET', path: '/v1/new' }],
  });
  expect(paths.map(({ label }) => label)).toEqual(['/v1/new']);
  const problems = parsePolicy(
    'services:\n  a:\n    baseUrl: https://a.example.com\n    auth: { typ: bearer }\n',
  ).problems;
  const fixes = await language.fixes(
    'services:\n  a:\n    baseUrl: https://a.example.com\n    auth: { typ: bearer }\n',
    problems,
  );
  expect(fixes.flat().map(({ title }) => inEnglish(title))).toContain('Write `type`');
  expect((await language.outline(TESTED)).map(({ name }) => name)).toEqual(['services', 'tests']);
  expect((await language.tighten(TESTED, []))?.changes.length).toBeGreaterThan(0);
  expect(
    (await language.learn(TESTED, [{ service: 'service0', method: 'GET', path: '/v1/new' }]))?.changes,
  ).toHaveLength(1);
});

// In the thread's processor time: what else a busy machine does in between is not ours.
test('a look at 2,000 lines holds this thread for less than 16 ms', async () => {
  await language.look('services: {}\n');
  const before = process.threadCpuUsage();
  const look = await language.look(LARGE);
  const { user, system } = process.threadCpuUsage(before);
  console.info(`look: ${((user + system) / 1000).toFixed(1)} ms`);
  expect(look?.problems.length).toBeGreaterThan(100);
  expect((user + system) / 1000).toBeLessThan(16);
});
