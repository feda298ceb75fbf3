import { expect, test, vi } from 'vitest';
import { parsePolicy } from '../../src/core/policy/read/parse.ts';
import { policyJobs } from '../../src/policyWorker/policyWorker.ts';

const policy = (methods: string, rules = 1): string =>
  `services:\n  api:\n    baseUrl: https://api.example.com\n    auth: { type: bearer }\n    policies:\n${Array.from({ length: rules }, (_, n) => `      - { path: /v1/things/${n}, methods: [${methods}] }\n`).join('')}`;

/** What the extension asks about a save, one after another. */
function save(jobs: ReturnType<typeof policyJobs>, approved: string, written: string): void {
  jobs.parse(written, 'user');
  jobs.narrow(approved, written);
  jobs.changes(approved, written);
  jobs.parse(approved, 'user');
}

test('a save of 2,000 lines costs two parses: what was written, and what is approved', () => {
  const parse = vi.fn(parsePolicy);
  save(policyJobs(parse), policy('GET', 2000), policy('GET, POST', 2000));
  expect(parse).toHaveBeenCalledTimes(2);
});

test('texts that did not change cost none', () => {
  const parse = vi.fn(parsePolicy);
  const jobs = policyJobs(parse);
  save(jobs, policy('GET'), policy('GET, POST'));
  save(jobs, policy('GET'), policy('GET, POST'));
  expect(parse).toHaveBeenCalledTimes(2);
});

test('an administrator’s text is read as one, whatever was read of the same text before', () => {
  const jobs = policyJobs();
  const text = 'allowedOrigins: [https://api.example.com]\n';
  expect(jobs.parse(text, 'user').policy).toBeUndefined();
  expect(jobs.parse(text, 'administrator').policy?.allowedOrigins).toEqual(['https://api.example.com']);
});

test('only the last texts are kept', () => {
  const parse = vi.fn(parsePolicy);
  const jobs = policyJobs(parse);
  for (let n = 1; n <= 5; n += 1) jobs.parse(policy('GET', n), 'user');
  jobs.parse(policy('GET', 5), 'user');
  jobs.parse(policy('GET', 1), 'user');
  expect(parse).toHaveBeenCalledTimes(6);
});
