import { expect, test } from 'vitest';
import { neededNetwork } from '../../../src/core/net/neededNetwork.ts';
import { english } from '../../support/english.ts';

test.each([
  ['https://api.example.com', 'public'],
  ['https://api.example.com/v1', 'public'],
  ['https://10.1.2.3:8443', 'private'],
  ['https://127.0.0.1:8443', 'loopback'],
  ['http://127.0.0.1:8080', 'loopback'],
  ['http://localhost:3000', 'loopback'],
])('%s needs %s', (url, network) => {
  expect(neededNetwork(url)).toEqual({ network });
});

test.each([
  ['http://api.example.com', 'https'],
  ['http://10.1.2.3', 'http'],
  ['https://169.254.169.254', 'never'],
  ['api.example.com', 'absolute URL'],
  ['https://user:pass@api.example.com', 'user name'],
  ['', 'absolute URL'],
])('%s cannot be used', (url, why) => {
  expect(english(neededNetwork(url))).toHaveProperty('problem', expect.stringContaining(why));
});
