import { describe, expect, it, test } from 'vitest';
import { checkup } from '../../../../src/core/checkup/checkup.ts';
import type { Finding } from '../../../../src/core/checkup/model/checkupModel.ts';
import { inEnglish } from '../../../../src/core/text/phrase.ts';
import { randomText } from '../randomText.ts';
import { context, read, withServer } from '../support.ts';

const classic = ['gh', 'p_', 'Zq81mXc72LpWv04TkR9sB3nY6hD5fGjA1eUo'].join('');
const appPassword = randomText(24);
const jwt = [{ alg: 'HS256' }, { exp: 1_700_000_000 }]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .concat(randomText(43))
  .join('.');

/** A finding as `check code`, with what stands beneath it in brackets. */
const shape = ({ check, code, aspects = [] }: Finding): string =>
  `${check} ${code} [${aspects.map((aspect) => `${aspect.check} ${aspect.code}`).join(', ')}]`;

const shapes = (...configs: Parameters<typeof checkup>[0]): string[] => checkup(configs, context()).map(shape);

describe('one secret is one finding', () => {
  it.each([
    [
      'in a variable',
      { command: './s', env: { DB_PASSWORD: appPassword } },
      ['1 secret-value [3 bypasses-valet-key, 10 no-kill-switch]'],
    ],
    [
      'in an argument',
      { command: './s', args: ['--api-key', appPassword] },
      ['1 secret-value [3 bypasses-valet-key, 7 secret-in-arguments, 10 no-kill-switch]'],
    ],
    [
      'of a broad kind',
      { command: './s', env: { GITHUB_TOKEN: classic } },
      ['1 secret-token [2 broad-token, 3 bypasses-valet-key, 10 no-kill-switch]'],
    ],
    [
      'that expired',
      { command: './s', env: { A_TOKEN: jwt } },
      ['1 secret-token [3 bypasses-valet-key, 10 no-kill-switch, 8 token-expired]'],
    ],
    [
      'in a header',
      { url: 'https://h.example/mcp', headers: { Authorization: `Bearer ${appPassword}` } },
      ['1 secret-authorization [3 bypasses-valet-key, 10 no-kill-switch]'],
    ],
  ])('%s', (_, server, expected) => {
    expect(shapes(withServer(server))).toEqual(expected);
  });

  it('and two secrets of a server are two, the first of which says what concerns the server', () => {
    expect(shapes(withServer({ command: './s', env: { A_TOKEN: randomText(30), B_TOKEN: randomText(31) } }))).toEqual([
      '1 secret-value [3 bypasses-valet-key, 10 no-kill-switch]',
      '1 secret-value []',
    ]);
  });

  it('and one in two places is a finding at each, the first of which says that there are two', () => {
    const config = JSON.stringify({ mcpServers: { s: { command: './s', env: { A_TOKEN: appPassword } } } });
    expect(shapes(read(config), read(config, { path: '/w/.cursor/mcp.json', client: 'cursor' }))).toEqual([
      '1 secret-value [3 bypasses-valet-key, 10 no-kill-switch, 4 key-sprawl]',
      '1 secret-value [3 bypasses-valet-key, 10 no-kill-switch]',
    ]);
  });

  it('and what is to be done besides is a finding of its own', () => {
    const env = { A_TOKEN: appPassword };
    const config = { mcpServers: { 'a-dev': { command: './s', env }, 'a-prod': { command: 'npx', args: ['s'], env } } };
    const found = shapes(read(JSON.stringify(config)));
    expect(found).toContain('6 shared-between-environments []');
    expect(found).toContain('9 version-missing []');
  });

  it('and no milder than what stands beneath it', () => {
    const found = checkup([withServer({ command: './s', args: ['--token', jwt] })], context());
    const rank = { error: 0, warning: 1, information: 2 };
    for (const { severity, aspects = [] } of found) {
      for (const aspect of aspects) expect(rank[severity]).toBeLessThanOrEqual(rank[aspect.severity]);
    }
  });
});

test.each([
  [{ env: { DB_PASSWORD: appPassword } }, 'in the environment variable DB_PASSWORD.'],
  [{ env: { REDIS_URL: `redis://u:${appPassword}@h.corp/0` } }, 'in the environment variable REDIS_URL.'],
  [{ env: { REDIS_URL: `redis://${appPassword}@h.corp/0` } }, 'in the URL of REDIS_URL.'],
  [{ headers: { 'X-Api-Key': appPassword } }, 'in the header X-Api-Key.'],
  [{ args: ['--api-key', appPassword] }, 'in the argument --api-key.'],
  [{ args: [classic] }, 'in an argument.'],
  [{ url: `https://h.example/mcp?api_key=${appPassword}` }, 'in a URL.'],
  [{ options: { apiKey: appPassword } }, 'in the entry “apiKey”.'],
])('place and name go together: %j', (server, place) => {
  const [finding] = checkup([withServer({ command: './s', ...server })], context());
  expect(finding && inEnglish(finding.message)).toContain(`is in plain text ${place}`);
});
