import { describe, expect, it } from 'vitest';
import { findSecrets } from '../../../src/core/checkup/secrets/findSecrets.ts';
import { english } from '../../support/english.ts';
import { randomText as random } from './randomText.ts';
import { findings, found, read, withServer } from './support.ts';

const hex = (length: number): string =>
  Array.from({ length }, (_, index) => '7f03b9ca5e18d642'[(index * index * 3 + index * 5 + 1) % 16]).join('');
const uuid = [hex(8), hex(9).slice(5), `4${hex(3)}`, `a${hex(3)}`, hex(12)].join('-');

const one = (server: unknown): string[] =>
  found([withServer(server)], 1).map((text) => text.replace('/mcpServers/s/', ''));

describe('check 1 reports', () => {
  it.each([
    ['an environment variable', { env: { SERVICE_API_KEY: random(32) } }, 'secret-value env/SERVICE_API_KEY'],
    ['a UUID as a key', { env: { SERVICE_API_KEY: uuid } }, 'secret-value env/SERVICE_API_KEY'],
    ['hex as a key', { env: { SERVICE_KEY_1: hex(32) } }, 'secret-value env/SERVICE_KEY_1'],
    ["a person's password", { env: { DB_PASSWORD: 'Winter2019!' } }, 'secret-value env/DB_PASSWORD'],
    ['a name that ends with its use', { env: { SECRET_KEY_BASE: hex(64) } }, 'secret-value env/SECRET_KEY_BASE'],
    [
      'an app password of four words',
      { env: { GMAIL_APP_PASSWORD: ['qkzw', 'nvbt', 'rjfd', 'xmlp'].join(' ') } },
      'secret-value env/GMAIL_APP_PASSWORD',
    ],
    ['a cookie among others', { env: { COOKIE: `lang=en; sid=${random(40)}; Path=/` } }, 'secret-value env/COOKIE'],
    ['a password of digits', { env: { DB_PASSWORD: 83920174 } }, 'secret-value env/DB_PASSWORD'],
    ['a short name', { env: { LDAP_BIND_PW: 'tr0ub4dor' } }, 'secret-value env/LDAP_BIND_PW'],
    ['a compound name', { env: { PGPASSWORD: 'tr0ub4dor' } }, 'secret-value env/PGPASSWORD'],
    ['a known shape without a name', { env: { X: ['gh', 'p_', random(36)].join('') } }, 'secret-token env/X'],
    [
      'a private key',
      { env: { X: `-----BEGIN ${'PRIVATE KEY'}-----\n${random(64)}\n-----END ${'PRIVATE KEY'}-----` } },
      'secret-token env/X',
    ],
    ['a key id', { env: { X: ['AK', 'IA', 'Q7ZRX2KWV7LP4TMN'].join('') } }, 'access-key-id env/X'],
    [
      'a connection string',
      { env: { X: 'postgres://app:tr0ub4dor@db.example.com/x' } },
      'secret-connection-string env/X',
    ],
    [
      'a password with @, # and ?',
      { env: { X: 'mongodb+srv://app:tr0#u?b@4dor@db.example.com/x' } },
      'secret-connection-string env/X',
    ],
    [
      'an ADO connection string',
      { env: { X: 'Server=h,1433;User ID=sa;Password=tr0ub4dor;Encrypt=true' } },
      'secret-connection-string env/X',
    ],
    ['a JDBC URL', { args: ['jdbc:sqlserver://h;user=sa;password=tr0ub4dor'] }, 'secret-connection-string args/0'],
    ['a libpq string', { env: { X: 'host=db user=app password=tr0ub4dor dbname=x' } }, 'secret-value env/X'],
    [
      'an Authorization header',
      { headers: { Authorization: `Bearer ${random(40)}` } },
      'secret-authorization headers/Authorization',
    ],
    ['a bare header', { headers: { Authorization: random(40) } }, 'secret-value headers/Authorization'],
    [
      'a Basic header',
      { headers: { Authorization: `Basic ${btoa(`user:${random(12)}`)}` } },
      'secret-authorization headers/Authorization',
    ],
    ['a header in a variable', { env: { H: `Bearer ${random(40)}` } }, 'secret-authorization env/H'],
    [
      'headers as JSON',
      { env: { H: JSON.stringify({ Authorization: `Bearer ${random(40)}` }) } },
      'secret-authorization env/H',
    ],
    [
      'JSON in JSON',
      { args: ['--config', JSON.stringify(JSON.stringify({ apiKey: random(32) }))] },
      'secret-value args/1',
    ],
    ['an option with =', { args: [`--api-key=${hex(32)}`] }, 'secret-value args/0'],
    ['the argument after an option', { args: ['--api-key', hex(32)] }, 'secret-value args/1'],
    ['curl’s user', { args: ['-u', `app:${random(20)}`] }, 'secret-value args/1'],
    [
      'docker’s -e',
      { command: 'docker', args: ['run', '-e', `API_KEY=${random(32)}`, 'o/i:1'] },
      'secret-value args/2',
    ],
    ['a header argument', { args: ['--header', `Authorization: Bearer ${random(40)}`] }, 'secret-authorization args/1'],
    ['a header without a blank', { args: ['--header', `X-Api-Key:${random(32)}`] }, 'secret-value args/1'],
    [
      'a header in three words',
      { args: ['--header', 'Authorization', `ApiKey ${random(40)}`] },
      'secret-authorization args/2',
    ],
    ['a shell’s assignment', { command: 'sh', args: ['-c', `API_KEY=${random(32)} node x.js`] }, 'secret-value args/1'],
    [
      'a shell’s option',
      { command: 'sh', args: ['-c', `node x.js --api-key ${random(32)} -v`] },
      'secret-value args/1',
    ],
    ['a query', { url: `https://a.example/mcp?x=1&apiKey=${uuid}` }, 'secret-in-url url'],
    ['user info', { url: `https://u:${random(20)}@a.example/mcp` }, 'secret-connection-string url'],
    ['a capability URL', { url: `https://a.example/s/${random(40)}/mcp` }, 'capability-url url'],
    ['keys that no client knows', { oauth: { clientSecret: random(40) } }, 'secret-value oauth/clientSecret'],
  ])('%s', (_, server, expected) => {
    expect(one(server)).toEqual([expected]);
  });

  it.each([
    ['GitHub token', ['github', '_pat_', random(60)]],
    ['Slack token', ['xox', 'b-', random(40)]],
    ['Stripe key', ['rk_', 'live_', random(24)]],
    ['OpenAI key', ['sk-', 'proj-', random(48)]],
    ['Anthropic key', ['sk-', 'ant-', random(48)]],
    ['Notion token', ['ntn', '_', random(46)]],
    ['JSON Web Token', ['ey', 'J', random(20), '.ey', 'J', random(20), '.', random(43)]],
  ])('a %s by its shape', (kind, parts) => {
    expect(findSecrets(`x ${parts.join('')}.`).map((secret) => secret.kind)).toEqual([kind]);
  });
});

describe('check 1 lets pass', () => {
  it.each(
    [
      'your_api_key',
      'YOUR-API-KEY',
      'xoxb-your-actual-token-here',
      `sk${'_live_'}...`,
      'ntn_****',
      'sk-xxxxxxxxxxxxxxxxxxxxxxxx',
      '<token>',
      'ApiKey <your key>',
      '[YOUR TOKEN]',
      'FILL_HERE',
      'REPLACE_ME',
      'changeme',
      'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      'abc123',
      '1234567890abcdef',
      'dein_token',
      'password',
      `${'$'}{input:token}`,
      `${'$'}{env:TOKEN}`,
      'Bearer $TOKEN',
      '$TOKEN',
      '%TOKEN%',
      '{{token}}',
      '{env:TOKEN}',
      'op://vault/item/field',
      'vault:secret/data/x#y',
      'file:///run/secrets/token',
      '/run/secrets/token',
      '~/.config/token',
      './key.pem',
      'true',
      '',
    ].map((text) => [text]),
  )('%s', (text) => {
    expect(one({ env: { API_KEY: text, DB_PASSWORD: text }, headers: { Authorization: text } })).toEqual([]);
  });

  it.each([
    [
      {
        env: {
          MAX_TOKENS: '500000000',
          TOKEN_LIMIT: '1000',
          AUTH_TYPE: 'oauth2',
          PROJECT_KEY: 'PROJ',
          CLIENT_ID: random(20),
        },
      },
    ],
    [{ env: { DATABASE_ID: hex(32), COMMIT_SHA: hex(40), PROJECT_ID: uuid, MODEL: 'gpt-4o-mini-2024-07-18' } }],
    [{ env: { STRIPE_PUBLISHABLE_KEY: ['pk_', 'live_', random(24)].join('') } }],
    [{ command: 'docker', args: ['run', '-e', 'API_TOKEN', '--token-env', 'API_TOKEN', '--key-path', './k.pem'] }],
    [{ url: `https://a.example/v1/projects/${uuid}/mcp?project=abc&toolsets=all` }],
    [
      {
        env: {
          A: 'postgresql://user:password@localhost/db',
          B: 'mysql://root:root@localhost/db',
          C: 'mongodb://localhost',
        },
      },
    ],
    [{ env: { D: `postgresql://${'$'}{USER}:${'$'}{PASS}@h/db`, E: 'https://h:8080?mail=a@b.example' } }],
    [{ headers: { Accept: 'application/json, text/event-stream', 'X-Mode': 'read-only' } }],
  ])('%j', (server) => {
    expect(one(server)).toEqual([]);
  });
});

describe('what a finding of check 1 tells', () => {
  it('points at the secret inside its text, escapes or not', () => {
    const secret = random(32);
    const text = `{ "mcpServers": { "s": { "env": { "A_KEY": "\\u0042earer ${secret}" } } } }`;
    const place = findings([read(text)], 1)[0]?.secret;
    expect(text.slice(place?.valueSpan.start, place?.valueSpan.end)).toBe(secret);
  });

  it('shows the last four of 16 or more, and nothing of less', () => {
    const [long, short] = findings([withServer({ env: { A_KEY: random(16), B_PASSWORD: 'Winter2019!' } })], 1);
    expect(english(long?.message)).toContain(`••••${random(16).slice(-4)}`);
    expect(english(short?.message)).not.toContain('••••');
    expect(short?.secret?.last4).toBeUndefined();
  });

  it('knows the service by shape or by name', () => {
    const providers = findings(
      [withServer({ env: { X: ['gh', 'p_', random(36)].join(''), LINEAR_API_KEY: random(32) } })],
      1,
    ).map(({ secret }) => secret?.provider);
    expect(providers).toEqual(['github', 'linear']);
  });

  it('never shows a secret, wherever it stands', () => {
    const markers = Array.from({ length: 12 }, (_, index) => ['gh', 'p_', random(30, index * 3 + 1), 'Mark'].join(''));
    const [a, b, c, d, e, f, g, h, i, j, k, l] = markers;
    const config = {
      inputs: [{ id: a, default: b }],
      mcpServers: {
        [c ?? '']: {
          command: `npx ${d}`,
          args: ['-y', e, `--x=${f}`, 'http://h.example/?token=1'],
          env: { [g ?? '']: h, NODE_ENV: 'production' },
          headers: { [i ?? '']: `Bearer ${j}` },
          url: `http://${k}@h.example/mcp`,
          autoApprove: [l, '*'],
        },
        again: { env: { X: h, DEBUG: 'true' } },
      },
    };
    const said = JSON.stringify(findings([read(JSON.stringify(config))]));
    for (const marker of markers) expect(said).not.toContain(marker.slice(8, -4));
  });
});
