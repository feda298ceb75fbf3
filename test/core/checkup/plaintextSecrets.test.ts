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
    ["a user's password", { env: { DB_PASSWORD: 'Winter2019!' } }, 'secret-value env/DB_PASSWORD'],
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

const base64 = (value: unknown): string => btoa(typeof value === 'string' ? value : JSON.stringify(value));

describe('check 1 reports where people put secrets otherwise:', () => {
  it.each([
    ['Go’s DSN', { env: { MYSQL_DSN: `app:${random(16)}@tcp(db:3306)/x` } }, 'secret-connection-string env/MYSQL_DSN'],
    ['one as an option', { args: ['--dsn', `app:${random(16)}@unix(/x.sock)/x`] }, 'secret-connection-string args/1'],
    ['Oracle’s', { env: { ORA: `scott/${random(12)}@db.corp.internal:1521/XE` } }, 'secret-connection-string env/ORA'],
    ['a proxy’s', { env: { SOCKS: `u:${random(12)}@proxy.corp.internal:1080` } }, 'secret-connection-string env/SOCKS'],
    ['a session', { env: { BW_SESSION: random(60) } }, 'secret-value env/BW_SESSION'],
    ['a session of text', { env: { TELEGRAM_SESSION_STRING: random(60) } }, 'secret-value env/TELEGRAM_SESSION_STRING'],
    ['a cookie by its name', { env: { LI_AT: random(60) } }, 'secret-value env/LI_AT'],
    ['a session’s id', { env: { JSESSIONID: random(32) } }, 'secret-value env/JSESSIONID'],
    ...['-s', '-t', '-k', '-u', '-T'].map((option): [string, unknown, string] => [
      `the value of ${option}`,
      { args: [option, random(32)] },
      'secret-value args/1',
    ]),
    ['such an option in a shell', { command: 'sh', args: ['-c', `s -t ${random(32)}`] }, 'secret-value args/1'],
    ['a UUID behind -k', { args: ['-k', uuid] }, 'secret-value args/1'],
    ['-p of MySQL', { command: 'mysql', args: [`-p${random(10)}`] }, 'secret-value args/0'],
    ['-p beside a user', { args: ['-u', 'root', `-p${random(10)}`] }, 'secret-value args/2'],
    ['-P of sqlcmd', { command: 'sqlcmd', args: ['-P', random(10)] }, 'secret-value args/1'],
    ['-a of redis-cli', { command: '/usr/bin/redis-cli', args: ['-a', random(10)] }, 'secret-value args/1'],
    [
      '-u in a shell',
      { command: 'sh', args: ['-c', `curl -u me:${random(12)} https://h.example`] },
      'secret-value args/1',
    ],
    ['a variable in three words', { args: ['--env', 'API_TOKEN', random(32), 'x'] }, 'secret-value args/2'],
    [
      'a scheme that an API made up',
      { headers: { Authorization: `GenieKey ${uuid}` } },
      'secret-authorization headers/Authorization',
    ],
    [
      'an application password',
      { env: { WP_PASSWORD: random(24).replace(/(.{4})(?=.)/g, '$1 ') } },
      'secret-value env/WP_PASSWORD',
    ],
    ['JSON in base64', { args: ['--credentials', base64({ client_secret: random(30) })] }, 'secret-value args/1'],
    [
      'JSON in base64 in a query',
      { url: `https://a.example/mcp?config=${base64({ apiKey: random(30) })}` },
      'secret-in-url url',
    ],
    [
      'JSON in escapes in a query',
      { url: `https://a.example/mcp?config=${encodeURIComponent(JSON.stringify({ apiKey: random(30) }))}` },
      'secret-in-url url',
    ],
    [
      'a private key in base64',
      { env: { X: base64(`-----BEGIN ${'PRIVATE KEY'}-----\n${random(64)}\n-----END ${'PRIVATE KEY'}-----`) } },
      'secret-value env/X',
    ],
    ['a UUID in a path', { url: `https://eu2.make.example/mcp/u/${uuid}/sse` }, 'capability-url url'],
    ['hex in a path', { env: { RPC: `https://x.quiknode.example/${hex(40)}/` } }, 'capability-url env/RPC'],
    ['small letters in a path', { url: `https://hook.example/${random(32).toLowerCase()}` }, 'capability-url url'],
    ['a list of keys', { env: { API_KEYS: `${random(24)},${random(24, 9)}` } }, 'secret-value env/API_KEYS'],
  ])('%s', (_, server, expected) => {
    expect(one(server)).toEqual([expected]);
  });

  it.each([
    [
      {
        args: [
          '-p',
          'my-project-123456',
          '-t',
          'streamable-http',
          '-k',
          'overlays/prod-eu-1',
          '-s',
          'session-2024-11-05',
        ],
      },
    ],
    [{ args: ['-i', uuid, '-t', uuid, '-c', hex(64), '-u', '1000:1000', '-p', '8080', '-p3306'] }],
    [{ args: ['alias@npm:@example/server2@1.2.3', `image:v2@sha256:${hex(64)}`, 'mailto:me1990@h.example'] }],
    [
      {
        env: {
          SESSION_ID: uuid,
          SESSION_NAME: 'work-2025-11',
          XDG_SESSION_DESKTOP: 'ubuntu-wayland',
          TWILIO_SID: `AC${hex(32)}`,
        },
      },
    ],
    [{ env: { MYSQL_DSN: 'user:password@tcp(localhost:3306)/db', OTHER_DSN: `u:${'$'}{PW}@tcp(db)/x` } }],
    [
      {
        url: `https://a.example/projects/${uuid}/mcp`,
        env: { ISSUER: `https://login.microsoftonline.com/${uuid}/v2.0` },
      },
    ],
    [
      {
        env: {
          RAW: `https://raw.githubusercontent.com/o/r/${hex(40)}/x.json`,
          X: base64({ region: 'eu-central-1', limit: 10 }),
        },
      },
    ],
    [{ env: { FIGMA_FILE_KEY: random(22), JIRA_PROJECTS_KEYS: 'PROJ,OPS,WEB2', S3_KEY: 'reports/2024/summary.csv' } }],
    [{ headers: { 'Sec-WebSocket-Key': base64(random(16)), 'Mcp-Session-Id': uuid } }],
  ])('and lets pass %j', (server) => {
    expect(one(server)).toEqual([]);
  });

  it.each([
    '@/run/secrets/token',
    'abc123def456',
    'a1b2c3d4e5f6g7h8',
    'deadbeefdeadbeef',
    ['550e8400', 'e29b', '41d4', 'a716', '446655440000'].join('-'),
    ['123e4567', 'e89b', '12d3', 'a456', '426614174000'].join('-'),
    'see-1password',
  ])('and no placeholder: %s', (text) => {
    expect(one({ env: { API_KEY: text, SERVICE_TOKEN: text } })).toEqual([]);
  });
});

describe('a password that is easily guessed', () => {
  const WEAK = [
    'Welcome2024!',
    'Admin@123',
    'postgres123',
    '12345678',
    'qwErty!98',
    'kitten',
    'changeme',
    'mypassword',
    'root',
  ];

  it.each(WEAK)('is one beside a host that is somebody’s: %s', (password) => {
    for (const host of ['db.corp.internal', '10.0.0.4', 'nas.local']) {
      expect(one({ env: { DB_HOST: host, DB_PASSWORD: password } })).toEqual(['guessable-password env/DB_PASSWORD']);
      const url = `postgresql://svc:${encodeURIComponent(password)}@${host}:5432/erp`;
      expect(one({ env: { URL: url } })).toEqual(['guessable-password env/URL']);
      expect(one({ env: { URL: `Server=${host};User=svc;Password=${password};` } })).toEqual([
        'guessable-password env/URL',
      ]);
    }
  });

  it.each([...WEAK, 'password', 'your_password', '<password>'])('is an example elsewhere: %s', (password) => {
    if (/[!]/.test(password)) return;
    for (const host of ['localhost', '127.0.0.1', 'your-host', 'db.example.com', 'postgres', 'host']) {
      expect(one({ env: { DB_HOST: host, DB_PASSWORD: password } })).toEqual([]);
      expect(one({ env: { URL: `postgresql://svc:${encodeURIComponent(password)}@${host}:5432/erp` } })).toEqual([]);
    }
  });

  it('is no example’s where its user is asked for', () => {
    expect(one({ env: { URL: 'postgresql://user:password@db.corp.internal/x' } })).toEqual([]);
  });

  it.each(['Init1234!', 'monkey4dinner'])('is a secret where words are only within others: %s', (password) => {
    expect(one({ env: { SAP_PASSWORD: password } })).toEqual(['secret-value env/SAP_PASSWORD']);
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
