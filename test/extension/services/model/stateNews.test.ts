import { expect, test } from 'vitest';
import type { ServiceSummary, ShownStatus } from '../../../../src/extension/services/model/serviceList.ts';
import { StateNews } from '../../../../src/extension/services/model/stateNews.ts';

function service(name: string, status: ShownStatus): ServiceSummary {
  return { name, status, pending: 0, policyId: 'user', credentialId: { scope: 'user', service: name } };
}

/** The states that are news when one service goes through these in order. */
function newsOf(...states: readonly ShownStatus[]): readonly ShownStatus[] {
  const news = new StateNews();
  return states.flatMap((status) => news.worsened([service('a', status)]).map((worse) => worse.status));
}

test('each change for the worse is news once', () => {
  expect(newsOf('ready', 'expiring', 'expiring', 'expired', 'expired', 'rejected')).toEqual([
    'expiring',
    'expired',
    'rejected',
  ]);
  expect(newsOf('ready', 'rejected', 'ready', 'rejected')).toEqual(['rejected', 'rejected']);
});

test('what got better, what a window finds when it opens, and what passes by itself is none', () => {
  expect(newsOf('expired', 'ready', 'unverified')).toEqual([]);
  expect(newsOf('starting', 'expired', 'frozen', 'expired', 'gateway_down', 'starting', 'expired')).toEqual([]);
  expect(newsOf('ready', 'frozen', 'rejected')).toEqual(['rejected']);
});

test('what the user does is none: revoking, entering a value again, approving', () => {
  expect(newsOf('ready', 'revoked', 'missing_credential')).toEqual([]);
  expect(newsOf('not_approved', 'missing_credential', 'ready')).toEqual([]);
});

test('services are told apart', () => {
  const news = new StateNews();
  news.worsened([service('a', 'ready'), service('b', 'ready')]);
  expect(news.worsened([service('a', 'rejected'), service('b', 'ready')]).map(({ name }) => name)).toEqual(['a']);
});
