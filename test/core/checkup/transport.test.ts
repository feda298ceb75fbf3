import { describe, expect, it } from 'vitest';
import { checkTransport } from '../../../src/core/checkup/checks/transport.ts';
import { cpuTime } from '../../support/cpuTime.ts';
import { found, withServer } from './support.ts';

const five = (server: unknown): string[] =>
  found([withServer(server)], 5).map((text) => text.replace('/mcpServers/s/', ''));

const FAR = 'http://10.1.2.3/mcp';

describe('check 5 knows schemes that encrypt nothing', () => {
  const SCHEMES = ['bolt', 'neo4j', 'redis', 'amqp', 'mqtt', 'ldap', 'ftp', 'stomp', 'clickhouse'];

  it.each(SCHEMES)('%s://', (scheme) => {
    expect(five({ env: { ANYTHING: `${scheme}://svc.corp.internal:7687/x` } })).toEqual(['cleartext-api env/ANYTHING']);
    expect(five({ command: './s', args: ['--db', `${scheme}://svc.corp.internal`] })).toEqual(['cleartext-api args/1']);
    for (const host of ['localhost', '127.0.0.1', 'cache', 'your-host', 'example.com'])
      expect(five({ env: { ANYTHING: `${scheme}://${host}:7687` } })).toEqual([]);
    expect(five({ env: { ANYTHING: `${scheme}://svc.corp.internal?tls=true` } })).toEqual([]);
    expect(five({ env: { ANYTHING: `${scheme}://svc.corp.internal`, SVC_TLS: 'true' } })).toEqual([]);
  });

  it.each([
    'bolt+s',
    'neo4j+s',
    'rediss',
    'amqps',
    'mqtts',
    'ldaps',
    'sftp',
    'postgres',
    'mysql',
    'nats',
    'smtp',
    'mongodb+srv',
  ])('and leaves %s:// alone', (scheme) => {
    expect(five({ env: { ANYTHING: `${scheme}://svc.corp.internal:7687` } })).toEqual([]);
  });

  it.each(['服务器地址', '你的域名.com', 'адрес-сервера', 'サーバー', '호스트'])(
    'and no host to fill in: %s',
    (host) => {
      expect(five({ url: `http://${host}:8000/mcp` })).toEqual([]);
      expect(five({ command: './s', args: ['--url', `http://${host}/mcp`] })).toEqual([]);
    },
  );

  it('but a host with letters of its own', () => {
    expect(five({ url: 'http://bücher.de/mcp' })).toEqual(['cleartext-transport url']);
  });

  it.each([
    '--plaintext',
    '--grpc-plaintext',
    '--security-protocol PLAINTEXT',
    '--security-protocol=SASL_PLAINTEXT',
    '--sslfactory=org.postgresql.ssl.NonValidatingFactory',
    '--hostname-verifier=AllowAllHostnameVerifier',
    '--ssl-mode=trust',
    '--sslaccept=accept_invalid_certs',
    '--ssl-server-dn-match=no',
    '--skip-verify',
  ])('%s takes protection away', (text) => {
    expect(five({ command: './s', args: text.split(' ') })).toHaveLength(1);
  });

  it.each([
    '--no-plaintext',
    '--plaintext=false',
    '--format plaintext',
    '--security-protocol SASL_SSL',
    '--sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory',
    '--ssl-server-dn-match=yes',
    '--no-skip-verify',
    '--dont-skip-verify',
  ])('%s does not', (text) => {
    expect(five({ command: './s', args: text.split(' ') })).toEqual([]);
  });
});

describe('check 5 sees an address wherever it stands', () => {
  it.each<[unknown, string]>([
    ...['endpoint', 'uri', 'baseUrl', 'sse_url'].map((key): [unknown, string] => [{ [key]: FAR }, key]),
    [{ command: 'npx', args: ['-y', 'mcp-remote', '--debug', '--silent', FAR] }, 'args/4'],
    [{ command: 'npx', args: ['-y', 'mcp-remote', '--header', 'X: y', FAR] }, 'args/4'],
    [{ command: 'npx', args: ['-y', 'mcp-remote', '--allow-http', FAR] }, 'args/3'],
    [{ command: `npx -y mcp-remote@1.0.0 ${FAR}` }, 'command'],
    [{ command: 'sh', args: ['-c', `exec npx -y mcp-remote ${FAR}`] }, 'args/1'],
    [{ command: 'cmd', args: ['/c', `npx -y mcp-remote ${FAR}`] }, 'args/1'],
    [{ command: 'uvx', args: ['fastmcp', 'run', FAR] }, 'args/2'],
    [{ command: 'npx', args: ['-y', '@smithery/cli@1.0.0', 'run', FAR] }, 'args/3'],
    [{ command: 'node', args: ['bridge.js', 'http://10.1.2.3'] }, 'args/1'],
    [{ command: 'docker', args: ['run', '-i', 'o/mcp-proxy:1.0', 'http://10.1.2.3/events'] }, 'args/3'],
    [{ command: './s', args: ['--mcp-server', FAR] }, 'args/1'],
    [{ env: { MCP_SERVER_URL: FAR } }, 'env/MCP_SERVER_URL'],
  ])('%j', (server, at) => {
    expect(five(server)).toEqual([`cleartext-transport ${at}`]);
  });

  it.each<[unknown, string]>([
    [{ env: { KIBANA_URL: 'http://kibana.corp.internal:5601' } }, 'env/KIBANA_URL'],
    [{ env: { ELASTICSEARCH_HOSTS: 'http://10.0.0.9:9200' } }, 'env/ELASTICSEARCH_HOSTS'],
    [{ command: './s', args: ['--grafana-url', 'http://grafana.corp.internal'] }, 'args/1'],
    [{ command: './s', args: ['--api-url=http://api.corp.internal'] }, 'args/0'],
  ])('of an API behind the server: %j', (server, at) => {
    expect(five(server)).toEqual([`cleartext-api ${at}`]);
  });

  it.each([
    [{ command: 'zap-mcp', args: ['--url', 'http://shop.corp.internal'] }],
    [{ command: 'npx', args: ['-y', 'lighthouse-mcp@1.0.0', 'http://shop.corp.internal'] }],
    [{ command: './s', args: ['--target', 'http://shop.corp.internal', '--cors-origin', 'http://app.corp.internal'] }],
    [{ command: 'npx', args: ['mcp-remote', 'https://h.example', '--http-proxy', 'http://proxy.corp.internal'] }],
    [{ url: 'http://YOUR_SERVER_IP:8000/mcp' }],
    [{ url: 'http://VOTRE_SERVEUR/mcp' }],
    [{ url: 'http://dein-server:8000/mcp' }],
    [{ url: 'http://SEU_IP:3000' }],
    [{ url: 'http://192.168.x.x/mcp' }],
    [{ url: 'http://example.com/mcp' }],
    [
      {
        env: {
          HTTP_PROXY: 'http://proxy.corp.internal:3128',
          OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel.corp.internal',
        },
      },
    ],
    [{ env: { GRAFANA_URL: 'http://grafana:3000', REDIRECT_URI: 'http://app.corp.internal' } }],
    [{ url: 'https://h.example', documentationUrl: 'http://docs.corp.internal' }],
  ])('and passes over what nothing is sent to: %j', (server) => {
    expect(five(server)).toEqual([]);
  });
});

describe('check 5 reads a switch with its value', () => {
  const NAMES = [
    'SKIP_TLS_VERIFY',
    'TFE_SKIP_TLS_VERIFY',
    'NO_SSL_VERIFY',
    'DISABLE_SSL_VERIFICATION',
    'IGNORE_CERT_CHECK',
    'SSL_INSECURE',
    'ALLOW_SELF_SIGNED_CERTS',
    'TRUST_SERVER_CERTIFICATE',
    'INSECURE_SKIP_VERIFY',
    'VAULT_SKIP_VERIFY',
    'DANGER_ACCEPT_INVALID_CERTS',
  ];

  it.each(NAMES)('%s is dangerous when it is on', (name) => {
    for (const value of ['true', '1', 'yes', 'ON']) {
      expect(five({ env: { [name]: value } })).toEqual([`tls-not-verified env/${name}`]);
    }
    for (const value of ['false', '0', 'no', 'off', '', `${'$'}{X}`])
      expect(five({ env: { [name]: value } })).toEqual([]);
  });

  it.each([
    'NODE_TLS_REJECT_UNAUTHORIZED',
    'PYTHONHTTPSVERIFY',
    'JIRA_SSL_VERIFY',
    'VERIFY_CERTS',
    'npm_config_strict_ssl',
    'REQUESTS_VERIFY',
    'http.sslVerify',
    'CERT_VALIDATION',
  ])('%s is dangerous when it is off', (name) => {
    for (const value of ['false', '0', 'no', 'off']) {
      expect(five({ env: { [name]: value } })).toEqual([`tls-not-verified env/${name}`]);
    }
    for (const value of ['true', '1', 'yes', '']) expect(five({ env: { [name]: value } })).toEqual([]);
  });

  it.each(['CLICKHOUSE_SECURE', 'NEO4J_ENCRYPTED', 'MINIO_SECURE'])('%s=false takes encryption away', (name) => {
    expect(five({ env: { [name]: 'false' } })).toEqual([`tls-off env/${name}`]);
    expect(five({ env: { [name]: 'true' } })).toEqual([]);
  });

  it.each(['SESSION_COOKIE_SECURE', 'SMTP_SECURE', 'SECURE'])('%s=false does not', (name) => {
    expect(five({ env: { [name]: 'false' } })).toEqual([]);
  });

  it.each<[readonly string[], string]>([
    [['--verify-ssl=false'], 'tls-not-verified args/0'],
    [['--verify-ssl', 'false'], 'tls-not-verified args/0'],
    [['--rejectUnauthorized', 'false'], 'tls-not-verified args/0'],
    [['--acceptInsecureCerts'], 'tls-not-verified args/0'],
    [['--chromeArg=--ignore-certificate-errors'], 'tls-not-verified args/0'],
    [['-c', 'http.sslVerify=false'], 'tls-not-verified args/1'],
    [['-Dmaven.wagon.http.ssl.insecure=true'], 'tls-not-verified args/0'],
    [['-k'], 'tls-not-verified args/0'],
    [['-k', '--verbose'], 'tls-not-verified args/0'],
    [['--no-tls'], 'tls-off args/0'],
    [['--sslmode', 'disable'], 'tls-off args/0'],
    [['--tls-min-v1.0'], 'tls-too-old args/0'],
  ])('options: %j', (args, expected) => {
    expect(five({ command: './s', args })).toEqual([expected]);
  });

  it.each([
    [['--verify-ssl']],
    [['--verify-ssl', 'true']],
    [['--no-insecure']],
    [['--insecure', 'false']],
    [['--insecure-http-parser']],
    [['--no-verify']],
    [['--verify-signatures=false']],
    [['-k', 'name']],
    [['--tls-min-v1.2']],
  ])('and lets pass %j', (args) => {
    expect(five({ command: './s', args })).toEqual([]);
  });

  it.each<[string, string]>([
    ['postgres://u@db.corp.internal/x?sslmode=disable', 'tls-off'],
    ['mongodb://h.corp.internal/?tls=true&tlsAllowInvalidCertificates=true', 'tls-not-verified'],
    ['Server=db.corp.internal;Trust Server Certificate=yes', 'tls-not-verified'],
    ['Server=db.corp.internal;Encrypt=False', 'tls-off'],
    ['u@tcp(db.corp.internal:3306)/x?tls=skip-verify', 'tls-not-verified'],
    ['{"tls": {"rejectUnauthorized": false}}', 'tls-not-verified'],
    ['neo4j+ssc://graph.corp.internal', 'tls-not-verified'],
    ['https+insecure://api.corp.internal', 'tls-not-verified'],
    ['clickhouse://ch.corp.internal/x?db_secure=false', 'tls-off'],
  ])('inside a text: %s', (text, code) => {
    expect(five({ env: { X: text } })).toEqual([`${code} env/X`]);
  });

  it.each([
    'postgres://u@localhost/x?sslmode=disable',
    'neo4j+ssc://localhost',
    'u@tcp(127.0.0.1:3306)/x?tls=skip-verify',
    'Server=localhost;TrustServerCertificate=True',
    'postgres://u@db.corp.internal/x?sslmode=require',
  ])('not where nothing leaves this machine, or all is well: %s', (text) => {
    expect(five({ env: { X: text } })).toEqual([]);
  });

  it('of the entry itself', () => {
    expect(five({ url: 'https://h.example', verifySsl: false })).toEqual(['tls-not-verified verifySsl']);
  });
});

describe('check 5 takes linear time', () => {
  it.each(['-', '--no-', 'a=', 'http://', 'ssl', 'x.', '"', 'server = ', '://a@', ' --url http://a.b '])(
    '%j',
    (part) => {
      const took = (count: number, enough?: number): number => {
        const text = part.repeat(count);
        const config = withServer({ command: text, args: [text, `--${text}`], env: { X_URL: text }, url: text });
        return cpuTime(() => config.servers.map((server) => checkTransport(config, server)), 3, enough);
      };
      const most = Math.max(took(5000) * 12, 200);
      expect(took(20_000, most)).toBeLessThan(most);
    },
  );
});
