import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secretParts } from '../../../src/core/redact/parts/parts.ts';
import { Redactor } from '../../../src/core/redact/redactor.ts';
import { Secret } from '../../../src/core/secret.ts';
import { cpuTime } from '../../support/cpuTime.ts';
import { runs } from '../../support/runs.ts';

function redactor(value: string): Redactor {
  return new Redactor([{ name: 'api', value: new Secret(value) }]);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

const PEM_LINES = ['MIIFakeFakeFake0001aaaaaaaaaaaaaaaaMIIFakeFakeFake0001aaaaaaaaaa', 'c0ffeec0ffee0002=='];

function pem(): string {
  return [`-----BEGIN ${'FAKE'} KEY-----`, ...PEM_LINES, `-----END ${'FAKE'} KEY-----`].join('\n');
}

/** Credentials in several parts, by what is secret in them. `other` is an id that others know. */
const SHAPES: Readonly<Record<string, (secret: string, other: string) => string>> = {
  'user:password': (s) => `deploy:${s}`,
  'address:password': (s) => `me@example.com:${s}`,
  'ID:SECRET': (s, o) => `${o}:${s}`,
  'a password with colons': (s) => `deploy:first:${s}`,
  ':password': (s) => `:${s}`,
  'key:': (s) => `${s}:`,
  'key:x-oauth-basic': (s) => `${s}:x-oauth-basic`,
  'key:api_token': (s) => `${s}:api_token`,
  'id|secret': (s) => `12|${s}`,
  'Basic base64': (s) => `Basic ${base64(`deploy:${s}`)}`,
  'basic base64url': (s) => `basic ${Buffer.from(`deploy:${s}`).toString('base64url')}`,
  'BASIC, two blanks': (s) => `BASIC  ${base64(`deploy:${s}`)}`,
  'base64 of a pair': (s) => base64(`deploy:${s}`),
  'ApiKey VALUE': (s) => `ApiKey ${s}`,
  'GenieKey VALUE': (s) => `GenieKey ${s}`,
  'Token token=': (s) => `Token token=${s}`,
  'Token token="…"': (s) => `Token token="${s}", id="12"`,
  'Authorization: Bearer': (s) => `Authorization: Bearer ${s}`,
  'X-Api-Key:': (s) => `X-Api-Key: ${s}`,
  'key=VALUE': (s) => `key=${s}`,
  'key="VALUE"': (s) => `key="${s}"`,
  'a=1&b=2': (s) => `client_id=me&client_secret=${s}`,
  'a=1; b=2': (s) => `lang=en; sid=${s}`,
  'Cookie: a=1; b=2': (s) => `Cookie: lang=en; PHPSESSID=${s}; theme=dark`,
  'user@realm!id=secret': (s) => `PVEAPIToken=root@pam!monitoring=${s}`,
  'OAuth with quotes': (s) => `OAuth oauth_consumer_key="dpf43f3p2l4k3l03", oauth_token="${s}"`,
  'OAuth without blanks': (s) => `OAuth oauth_version='1.0',oauth_token='${s}'`,
  'URL with a password': (s) => `postgres://app:${s}@db.example.com:5432/app?sslmode=require`,
  'URL without a user': (s) => `redis://:${s}@cache.example.com`,
  'URL with a parameter': (s) => `https://api.example.com/v1?token=${s}&x=1`,
  'webhook URL': (s) => `https://hooks.example.com/services/T000/${s}`,
  JDBC: (s) => `jdbc:postgresql://db.example.com/app?user=app&password=${s}`,
  'connection string': (s) => `Server=db.example.com;Database=app;User Id=app;Password=${s};`,
  'account key': (s) => `DefaultEndpointsProtocol=https;AccountName=me;AccountKey=${s};EndpointSuffix=core.example.net`,
  '.env': (s) => `# mine\nNAME=me\nexport API_KEY="${s}"\nURL=https://example.com\n`,
  ini: (s) => `[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = ${s}`,
  YAML: (s) => `host: example.com\npassword: ${s}\n`,
  netrc: (s) => `machine example.com\nlogin me\npassword ${s}`,
  'netrc on a line': (s) => `machine example.com login me password ${s}\n`,
  npmrc: (s) => `registry=https://registry.example.com/\n//registry.example.com/:_authToken=${s}`,
  quoted: (s) => `"${s}"`,
  'JSON, apiKey': (s) => JSON.stringify({ apiKey: s, projectId: 'my-project-123' }),
  'JSON, pwd': (s) => JSON.stringify({ user: 'app', pwd: s }),
  'JSON, any name': (s) => JSON.stringify({ user: 'app', zzz: s }),
  'JSON, nested': (s) => JSON.stringify({ a: { b: [{ key: s }] }, type: 'service_account' }),
  'JSON, array': (s) => JSON.stringify([{ keys: ['first', s] }]),
  'JSON in JSON': (s) => JSON.stringify({ config: JSON.stringify({ auth: { password: s } }) }),
  'a login module': (s) => `org.example.PlainLoginModule required username="app" password="${s}";`,
  'host:port with options': (s) => `cache.example.net:6380,password=${s},ssl=True`,
  'a password in braces': (s) => `jdbc:sqlserver://db.example.com:1433;user=app;password={${s}};encrypt=true`,
  'ODBC in braces': (s) => `Driver={X};Server=db;Uid=app;Pwd={${s}};`,
  'a remark behind it': (s) => `USER=app\nPASSWORD=${s} # mine\n`,
  'TOML with a remark': (s) => `user = "app"\npassword = "${s}" # mine`,
  'an element': (s) => `<user>app</user><password>${s}</password>`,
  'two attributes': (s) => `<add key="ApiKey" value="${s}"/>`,
  'a PHP array': (s) => `['user' => 'app', 'password' => '${s}']`,
  'a Ruby hash': (s) => `{:user=>"app", :password=>"${s}"}`,
  'a Python dictionary': (s) => `{'user': 'app', 'password': '${s}'}`,
  'a YAML mapping': (s) => `{user: app, password: ${s}}`,
  'a variable in front of a command': (s) => `PGPASSWORD=${s} psql -h db`,
  'an option': (s) => `--user app --password ${s}`,
  'an option in quotes': (s) => `--username app --password '${s}'`,
  'a pair for curl': (s) => `curl -u app:${s} https://api.example.com/`,
  'a header for curl': (s) => `curl -H "Authorization: Bearer ${s}" https://api.example.com/`,
  'another header for curl': (s) => `-H 'X-Api-Key: ${s}'`,
  'ini with blanks': (s) => `[x]\nuser : app\npassword : ${s}`,
  'a pair with blanks': (s) => `app : ${s}`,
  'a PowerShell variable': (s) => `$env:API_KEY = "${s}"`,
  'JSON, two strings': (s) => JSON.stringify(['app', s]),
  'JSON, a pair': (s) => JSON.stringify([`app:${s}`]),
  'Basic, packed twice': (s) => `Basic ${base64(base64(`deploy:${s}`))}`,
  'Basic, with a line end': (s) => `Basic ${base64(`deploy:${s}\n`)}`,
  'base64 of a pair with a line end': (s) => base64(`deploy:${s}\r\n`),
  'base64 of JSON': (s) => base64(JSON.stringify({ user: 'app', pwd: s })),
  'base64 of JSON in lines': (s) => base64(JSON.stringify({ user: 'app', pwd: s }, undefined, 2)),
  'base64 of variables': (s) => base64(`USER=app\nPASSWORD=${s}\n`),
  'base64 of variables, in JSON': (s) => JSON.stringify({ data: base64(`USER=app\r\nPASSWORD=${s}\r\n`) }),
  'base64 of YAML, in YAML': (s) => `kind: Secret\ndata:\n  config: ${base64(`user: app\npassword: ${s}\n`)}\n`,
  'base64, in lines': (s) => base64(JSON.stringify({ note: 'x'.repeat(90), pwd: s })).replaceAll(/.{64}/g, '$&\n'),
  'base64 of UTF-16': (s) => Buffer.from(`deploy:${s}`, 'utf16le').toString('base64'),
  'hexadecimal of a pair': (s) => Buffer.from(`deploy:${s}`).toString('hex'),
  'hexadecimal of JSON': (s) =>
    Buffer.from(JSON.stringify({ pwd: s }))
      .toString('hex')
      .toUpperCase(),
  'a table': (s) => `User name,Password\nbob,${s}\n`,
  'a table in quotes': (s) => `"Name";"Note";"Access Token"\r\n"bob";"a;b";"${s}"`,
  'a pair for curl, behind its letter': (s) => `curl -uapp:${s} https://api.example.com/`,
  'a pair for curl, behind a sign': (s) => `curl --user=app:${s} https://api.example.com/`,
  'a Kubernetes secret': (s) => `kind: Secret\ndata:\n  user: ${base64('app')}\n  password: ${base64(s)}\n`,
  'a Kubernetes secret in JSON': (s) => JSON.stringify({ kind: 'Secret', data: { 'api-password': base64(s) } }),
  'npmrc with a password in base64': (s) => `//r.example.com/:username=app\n//r.example.com/:_password=${base64(s)}\n`,
  'a password in hexadecimal': (s) => `user=app\npassword=${Buffer.from(s).toString('hex')}`,
  'attributes in another order': (s) => `<add value="${s}" key="ClearTextPassword" />`,
  'attributes with others between them': (s) => `<input name='password' type='hidden' value='${s}'>`,
  'an element named by its attribute': (s) => `<entry key="user">app</entry><entry key="db.password">${s}</entry>`,
  'an element behind its name': (s) => `<dict>\n  <key>password</key>\n  <string>${s}</string>\n</dict>`,
  'two elements': (s) => `<property><name>fs.secret.key</name><value>${s}</value></property>`,
  'an element over lines': (s) =>
    `<server>\n  <username>app</username>\n  <password>\n      ${s}\n  </password>\n</server>`,
  'a table with lines': (s) => `| user | password |\n|------|----------|\n| app | ${s} |`,
  'a table of a database': (s) => `+-----+------+\n| user | secret |\n+-----+------+\n| app | ${s} |\n+-----+------+`,
  'a table with bars': (s) => ` user | token\n------+-------\n app | ${s}`,
  'two arguments': (s) => `define('DB_USER', 'app');\ndefine('DB_PASSWORD', '${s}');`,
  'one argument': (s) => `connection.setPassword("${s}");`,
  'a tuple of Erlang': (s) => `{password, <<"${s}">>}.`,
  'an index': (s) => `$cfg['Servers'][1]['password'] = '${s}';`,
  'a name and a text': (s) => `provider {\n  user "app"\n  password "${s}"\n}`,
  'a list of Lisp': (s) => `(:user "app" :password "${s}")`,
  'a user of a database': (s) => `CREATE USER app IDENTIFIED BY '${s}'`,
  'a role of a database': (s) => `CREATE ROLE app WITH LOGIN PASSWORD '${s}'`,
  'a variable without a sign': (s) => `FROM scratch\nENV DB_USER app\nENV DB_PASSWORD ${s}\n`,
  'words with capitals': (s) => `Username app Password ${s}`,
  'a setting behind another one': (s) => `jdbc:x://db.example.com:443/d;AuthMech=3;UID=token;PWD=${s}`,
  'YAML with a tag': (s) => `user: app\npassword: !!str ${s}\n`,
  'YAML with an anchor': (s) => `user: app\npassword: &main ${s}\n`,
  'what mail programs send': (s) => `AUTH PLAIN ${base64(`\0app\0${s}`)}`,
  'the same alone': (s) => base64(`app\0app\0${s}`),
  'another one of theirs': (s) => base64(`user=app@example.com\x01auth=Bearer ${s}\x01\x01`),
  'a list of settings in JSON': (s) =>
    JSON.stringify([
      { name: 'DB_USER', value: 'app' },
      { name: 'DB_PASSWORD', value: s },
    ]),
  'a list of settings in YAML': (s) =>
    `env:\n  - name: DB_USER\n    value: app\n  - name: DB_PASSWORD\n    value: ${s}\n`,
  'a list of settings in one line': (s) => `- {key: password, value: "${s}"}`,
  'a setting with a label': (s) => `{"id":"x","label":"password","value":"${s}",}`,
  'JSON with a URL': (s) => JSON.stringify({ url: `amqps://app:${s}@mq.example.com` }),
  'JSON with a header': (s) => JSON.stringify({ headers: { authorization: `Basic ${base64(`deploy:${s}`)}` } }),
};

const random = fc.string({
  unit: fc.constantFrom(...'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'),
  minLength: 20,
  maxLength: 40,
});

const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
  plain: (s) => s,
  'JSON in JSON': (s) => JSON.stringify(JSON.stringify({ s })),
  percent: (s) => [...Buffer.from(s)].map((byte) => `%${byte.toString(16)}`).join(''),
  base64,
  hexadecimal: (s) => Buffer.from(s).toString('hex'),
  'upper case': (s) => s.toUpperCase(),
};

describe('a credential in several parts', () => {
  it.each(Object.keys(SHAPES))('%s: its secret is taken out alone, in every encoding, and its id is not', (shape) => {
    fc.assert(
      fc.property(random, fc.constantFrom('AC0123456789abcdef0123456789abcdef'), (secret, other) => {
        const known = redactor(SHAPES[shape]?.(secret, other) ?? '');
        for (const encode of Object.values(ENCODINGS)) {
          const text = known.text(`it is ${encode(secret)} there`).text;
          expect(text).not.toContain(encode(secret));
        }
        expect(known.json({ account_sid: other, token: secret }).value).toEqual({
          account_sid: other,
          token: '[redacted:api]',
        });
      }),
      { numRuns: runs(8) },
    );
  });

  it.each(['user:pass', 'Basic base64', 'connection string', '.env'])(
    '%s: a short secret is a token of its own',
    (shape) => {
      const known = redactor(SHAPES[shape === 'user:pass' ? 'user:password' : shape]?.('h7Xq2', 'x') ?? '');
      expect(known.text('{"p":"h7Xq2","other":"ah7Xq2b"}').text).toBe('{"p":"[redacted:api]","other":"ah7Xq2b"}');
    },
  );

  it.each(['test', 'admin', 'Root', 'secret', 'test1', 'demo!', '1234', '2026'])(
    'leaves a short password that everybody tries where it stands: %s',
    (password) => {
      for (const value of [`deploy:${password}`, `postgres://app:${password}@db.example.com/x`]) {
        const known = redactor(value);
        expect(known.json({ mode: password, text: `a ${password}.` }).count).toBe(0);
        expect(known.text(`with ${value}`).text).toBe('with [redacted:api]');
        expect(known.text(base64(`deploy:${password}`)).count).toBe(value.startsWith('deploy') ? 1 : 0);
      }
    },
  );

  const DIGITS: readonly (readonly [name: string, shape: (s: string) => string])[] = [
    ['pair', (s: string) => `deploy:${s}`],
    ['Basic', (s: string) => `Basic ${base64(`deploy:${s}`)}`],
    ['JSON', (s: string) => JSON.stringify({ user: 'app', pin: Number(s) })],
    ['parameter', (s: string) => `pin=${s}`],
    ['line', (s: string) => `user: app\npassword: ${s}\n`],
    ['credential', (s: string) => `00${s}`],
  ];

  it.each(DIGITS)('%s: a secret of digits is taken out where JSON has it as a number', (_, shape) => {
    fc.assert(
      fc.property(fc.integer({ min: 10_000_000, max: 999_999_999_999 }), (secret) => {
        const known = redactor(shape(String(secret)));
        expect(known.json({ n: secret, other: secret + 1 })).toEqual({
          value: { n: '[redacted:api]', other: secret + 1 },
          count: 1,
        });
      }),
      { numRuns: runs(20) },
    );
  });

  it('gives the lines of a key in JSON, in an array and in base64, too', () => {
    const files = [JSON.stringify({ private_key: pem() }), JSON.stringify([{ deep: { key: pem() } }])];
    const packed = [...files, pem(), JSON.stringify({ private_key: pem() }, undefined, 2)].map(base64);
    const client = `users:\n- name: app\n  user:\n    client-key-data: ${base64(pem())}\n`;
    for (const value of [...files, ...packed, client]) {
      expect(redactor(value).text(`(${PEM_LINES[0]})`).text).toBe('([redacted:api])');
    }
  });

  it('holds what is no secret: names, addresses, ids, hosts, dates, words', () => {
    const ordinary = {
      type: 'service_account',
      project_id: 'my-project-123456',
      private_key_id: '0fa4e000c0de4bad8badc0ffee123456',
      client_email: 'robot@my-project-123456.iam.example.com',
      client_id: '123456789012345678901',
      auth_uri: 'https://accounts.example.com/o/oauth2/auth',
      token_uri: 'https://oauth2.example.com/token',
      universe_domain: 'example.com',
      region: 'us-east-1',
      created: '2026-01-02',
      plan: 'enterprise',
    };
    expect([...secretParts(JSON.stringify(ordinary))]).toEqual([]);
    const known = redactor(JSON.stringify({ ...ordinary, private_key: pem() }));
    expect(known.json(ordinary)).toEqual({ value: ordinary, count: 0 });
    for (const plain of [
      'deploy',
      'correct horse battery staple',
      'me@example.com',
      'tok_4f9a2b7c8d1e',
      'https://example.com/a/b?c=d',
    ]) {
      expect([...secretParts(plain)]).toEqual([]);
    }
  });

  it.each([
    ['address:short password', 'admin@example.com:h7Xq2', 'admin@example.com'],
    ['word:short password', 'billing-service:h7Xq2', 'billing-service'],
    ['address:short password, in Basic', `Basic ${base64('admin@example.com:h7Xq2')}`, 'admin@example.com'],
    ['address:password, in Basic', `Basic ${base64('admin@example.com:SummerBreeze7')}`, 'admin@example.com'],
    ['authSource', 'mongodb+srv://app:h7Xq2h7Xq2@db.example.net/app?authSource=admin', 'admin'],
    ['authMechanism', 'mongodb://app:h7Xq2h7Xq2@db.example.net/app?authMechanism=SCRAM-SHA-256', 'SCRAM-SHA-256'],
    ['Authentication', 'Server=db;Password=h7Xq2h7Xq2;Authentication=SqlPassword', 'SqlPassword'],
    ['a switch', '{"api_key":"h7Xq2h7Xq2","session":"enabled","private":"true"}', 'enabled and true'],
  ])('leaves what is in every answer: %s', (_, value, plain) => {
    expect(redactor(value).text(`about ${plain}, it`).text).toBe(`about ${plain}, it`);
    expect(redactor(value).namesIn({ path: `/users/${plain}` })).toEqual([]);
  });

  it.each(['password = "h7Xq2h7Xq2"', '[client]\nuser=me\npassword = h7Xq2h7Xq2'])(
    'has a setting with blanks around its sign: %j',
    (value) => {
      expect(redactor(value).text('it is h7Xq2h7Xq2.').text).toBe('it is [redacted:api].');
    },
  );

  const word = fc.constantFrom('app', 'deployment', 'billing-service', 'reader');
  const host = fc.constantFrom('db.example.com', 'proxy', '127.0.0.1', 'cache-1.internal.example.net', 'acct');
  const port = fc.constantFrom('443', '3306', '5432', '8080', '27017');
  const params = fc.constantFrom('', '?parseTime=true', '?sslmode=require&connect_timeout=10');
  const chosen = fc.constantFrom('correcthorsebattery', 'summer1950!', ['hunter', '2hunter'].join(''));
  /** Connections as programs write them, with a host and a port behind the password. */
  const CONNECTIONS: Readonly<
    Record<string, (s: string, user: string, host: string, port: string, q: string) => string>
  > = {
    'pair@host:port': (s, u, h, p) => `${u}:${s}@${h}:${p}`,
    'pair@host:port/database': (s, u, h, p, q) => `${u}:${s}@${h}:${p}/db${q}`,
    'pair@tcp(host:port)': (s, u, h, p, q) => `${u}:${s}@tcp(${h}:${p})/db${q}`,
    'pair@host': (s, u, h, _, q) => `${u}:${s}@${h}/db${q}`,
    'user/password@host:port/database': (s, u, h, p) => `${u}/${s}@${h}:${p}/db`,
    'a driver in front': (s, u, h, p) => `jdbc:oracle:thin:${u}/${s}@${h}:${p}:db`,
    'a driver in front, and slashes': (s, u, h, p) => `jdbc:oracle:thin:${u}/${s}@//${h}:${p}/db`,
    'password@host:port/number': (s, _, h, p) => `${s}@${h}:${p}/2`,
    'with a scheme': (s, u, h, p, q) => `mysql://${u}:${s}@${h}:${p}/db${q}`,
    'in a variable': (s, u, h, p, q) => `DATABASE_URL=${u}:${s}@tcp(${h}:${p})/db${q}`,
    'in a variable, exported': (s, u, h, p) => `export DSN="${u}:${s}@${h}:${p}"`,
    'in a file of variables': (s, u, h, p, q) => `# mine\nDATABASE_URL=${u}:${s}@${h}:${p}/db${q}\nNAME=me\n`,
    'in JSON': (s, u, h, p) => JSON.stringify({ dsn: `${u}:${s}@${h}:${p}/db`, name: 'me' }),
    'in Basic': (s, u, h, p) => `Basic ${base64(`${u}:${s}@${h}:${p}`)}`,
    'a second colon': (s, u) => `${u}:${s}:abcdefgh`,
  };

  it.each(Object.keys(CONNECTIONS))(
    '%s: the password is taken out alone, and the host, the port and the user are not',
    (shape) => {
      const names = fc.tuple(word, host, port, params);
      fc.assert(
        fc.property(fc.oneof(random, chosen), names, (secret, [user, host, port, query]) => {
          const known = redactor(CONNECTIONS[shape]?.(secret, user, host, port, query) ?? '');
          const texts = [`it is ${secret} there`, `authorization: Bearer ${secret}`, `x?k=${secret}&z`, base64(secret)];
          for (const text of texts) expect(known.text(text).count, text).toBe(1);
          expect(known.json({ auth_token: secret }).value).toEqual({ auth_token: '[redacted:api]' });
          const others = { host, port, user, number: Number(port), at: `${host}:${port}`, db: `/db${query}` };
          expect(known.json(others)).toEqual({ value: others, count: 0 });
        }),
        { numRuns: runs(25) },
      );
    },
  );

  /** Pairs as people keep them, whose password may itself read like a host behind a shorter password. */
  const PAIRS: Readonly<Record<string, (s: string) => string>> = {
    'user:password': (s) => `deploy:${s}`,
    'address:password': (s) => `me@example.com:${s}`,
    'domain\\user:password': (s) => `EXAMPLE\\deploy:${s}`,
    'Basic base64': (s) => `Basic ${base64(`deploy:${s}`)}`,
    'a line': (s) => `deploy:${s}\n`,
    'a variable': (s) => `API_URL=https://example.com\nAPI_AUTH=deploy:${s}\n`,
    'a configuration of Docker': (s) => JSON.stringify({ auths: { 'r.example.com': { auth: base64(`deploy:${s}`) } } }),
    'a member': (s) => JSON.stringify({ user: 'deploy', password: s }),
    'a line of YAML': (s) => `user: deploy\npassword: ${s}\n`,
    'a variable with a password': (s) => `DB_USER=deploy\nDB_PASSWORD=${s}\n`,
    'an option': (s) => `--user deploy --password ${s}`,
    netrc: (s) => `machine example.com login deploy password ${s}`,
  };
  const withSigns = fc
    .tuple(
      fc.constantFrom('P', 'Gh7', 'Sommer', 'f4ke3x', 'Z9-k.q', '7up!'),
      fc.constantFrom('@', '@w:', '@@', '/@', '@x.y@'),
      fc.constantFrom('ssw0rd1', 'kl3Zx9', 'word-77', 'll0!', 'a1b2.c3d', '19.50', '2b/9c', 'a7q?x'),
    )
    .map((pieces) => pieces.join(''))
    // Of a shorter one, base64 is not looked for.
    .filter((secret) => secret.length >= 8);

  it.each(Object.keys(PAIRS))('%s: a password with an `@` in it is taken out alone', (shape) => {
    fc.assert(
      fc.property(withSigns, (secret) => {
        const known = redactor(PAIRS[shape]?.(secret) ?? '');
        expect(known.text(`it is ${secret} there`).text).not.toContain(secret);
        expect(known.json({ auth_token: secret }).value).toEqual({ auth_token: '[redacted:api]' });
        expect(known.text(base64(secret)).text).not.toContain(base64(secret));
        const others = { user: 'deploy', host: 'example.com', url: 'https://example.com', mail: 'me@example.com' };
        expect(known.json(others)).toEqual({ value: others, count: 0 });
      }),
      { numRuns: runs(60) },
    );
  });

  it.each([
    'API_URL=https://example.com\nAPI_KEY=h7Xq2h7Xq2',
    'api.url=https://example.com\napi.key=h7Xq2h7Xq2\n',
    'LOGIN_URL=https://example.com\nDB_USER=deployment\nDB_PASS=h7Xq2h7Xq2',
  ])('takes lines of settings for no lines of a key: %j', (file) => {
    const known = redactor(file);
    const others = { url: 'https://example.com', host: 'example.com', user: 'deployment', rest: 'ample.com is it' };
    expect(known.json(others)).toEqual({ value: others, count: 0 });
    expect(known.json('h7Xq2h7Xq2').value).toBe('[redacted:api]');
  });

  it.each([
    ['of SOAP', (s: string) => `<w:Token><w:Username>me</w:Username><w:Password Type="t">${s}</w:Password></w:Token>`],
    ['with prefixes', (s: string) => `<a:login><a:user>me</a:user><a:password>${s}</a:password></a:login>`],
    ['without', (s: string) => `<login><user>me</user><password>${s}</password></login>`],
  ])('takes no name of an element %s for a secret', (_, shape) => {
    const known = redactor(shape('h7Xq2h7Xq2'));
    const others = ['password', 'Password', 'Username', 'w:Token', 'login', 'user', 'a:password', 'Token'];
    expect(known.json(others)).toEqual({ value: others, count: 0 });
    expect(known.json('h7Xq2h7Xq2').value).toBe('[redacted:api]');
  });

  it.each([
    [
      'a role',
      'aws_secret_access_key = h7Xq2h7Xq2\nrole_arn = arn:aws:iam::123456789012:role/admin',
      'arn:aws:iam::123456789012:role/admin',
    ],
    ['a context', 'users:\n  token: h7Xq2h7Xq2\ncurrent-context: admin@production-cluster', 'production-cluster'],
    [
      'a media type',
      `curl -H "Authorization: Bearer h7Xq2h7Xq2" -H "Accept: application/vnd.api+json" https://example.com`,
      'application/vnd.api+json',
    ],
    ['the host of an address that is a password', 'FTP_USER=anonymous\nFTP_PASSWORD=me@example.com', 'example.com'],
  ])('leaves %s where it stands', (_name, value, plain) => {
    expect(redactor(value).json({ plain })).toEqual({ value: { plain }, count: 0 });
  });

  it('takes out the end of a random password behind an `@`, where the text begins with it', () => {
    const end = ['5992d84b', '978a6f61', '35aab75'].join('');
    for (const start of ['f4', 'f4keZ']) {
      expect(redactor(`deploy:${start}@${end}`).text(`${end.slice(1)} is left`).text).toBe('[redacted:api] is left');
    }
  });

  const named = Object.keys(SHAPES).slice(Object.keys(SHAPES).indexOf('a login module'), -2);

  it.each(named)('%s: a password that the user chose is taken out alone', (shape) => {
    for (const chosen of ['correcthorsebattery', ['summer', '1950!'].join(''), ['hunt', 'er2'].join('')]) {
      const shaped = SHAPES[shape]?.(chosen, '') ?? '';
      // What is packed in a member's place and shorter than eight characters is a word among words.
      if (!shaped.includes(chosen) && chosen.length < 8) continue;
      const known = redactor(shaped);
      expect(known.text(`it is ${chosen} there`).text).toBe('it is [redacted:api] there');
      const others = { user: 'app', host: 'db.example.com', text: 'Bearer ApiKey curl required psql encrypt' };
      expect(known.json(others)).toEqual({ value: others, count: 0 });
    }
  });

  it('in Latin-1 is one in Basic, too', () => {
    const password = ['pässw', 'örter42'].join('');
    const packed = Buffer.from(`deploy:${password}`, 'latin1').toString('base64');
    for (const value of [`Basic ${packed}`, packed]) {
      expect(redactor(value).text(`it is ${password}.`).text).toBe('it is [redacted:api].');
      expect(redactor(value).json({ password }).count).toBe(1);
    }
  });

  it.each([
    ['S', 'deploy:first:S'],
    ['S', 'deploy:S:27017'],
    ['S', 'deploy:S:443'],
    ['S', 'me@example.com:S'],
    ['p@ss:S', 'app:p@ss:S@db.example.com:5432'],
    ['p/a@S', 'app:p/a@S@db.example.com:5432/x?to=me@example.com'],
    ['S:x', 'app:S:x@db.example.com:5432'],
    ['S', '{"password":"S:abcdefgh"}'],
    ['S', 'app/S@[::1]:1521/x'],
    ['S', 'app:S@h1:9092,h2:9092/x'],
    ['S', 'app:S@/x'],
    ['S', 'https://S:x-oauth-basic@example.com/'],
    ['S', 'https://S@example.com:443'],
  ])('has %s as its password: %s', (password, value) => {
    const made = ['Zk3vQ9xTb7', 'LmW2pRs8'].join('');
    const put = (text: string): string => text.replace('S', made);
    expect(redactor(put(value)).text(`(${put(password)})`).text).toBe('([redacted:api])');
  });

  it('is read in linear time, whatever it is', () => {
    for (const unit of [
      'a=',
      'a,\n',
      ',"',
      'QUJD',
      '3a41',
      ':',
      ' ',
      '"',
      '{',
      'a b',
      '=',
      'x: ',
      '&',
      '@',
      '/',
      '\n',
      'a=b;',
      'password ',
    ]) {
      const text = unit.repeat(16_384 / unit.length);
      expect(cpuTime(() => secretParts(text))).toBeLessThan(3_000);
    }
  });
});
