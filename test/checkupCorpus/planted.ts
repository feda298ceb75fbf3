import type { Fakes } from './fakes.ts';

/** A server's entry with one credential in it, and the pointer of the text that holds it. */
export interface Planted {
  readonly label: string;
  readonly entry: unknown;
  readonly at: string;
}

/** Credentials at the places where people put them, in the forms that providers give them. */
export function planted(fakes: Fakes): Planted[] {
  return [
    ...variables(fakes).map(([name, value]) => ({
      label: name,
      entry: { command: '/opt/server', env: { [name]: value } },
      at: `/env/${name}`,
    })),
    ...lines(fakes).map(([label, command, args, at]) => ({ label, entry: { command, args }, at: `/args/${at}` })),
    ...addresses(fakes).map(([label, url]) => ({ label, entry: { url }, at: '/url' })),
    ...headers(fakes).map(([name, value]) => ({
      label: name,
      entry: { url: 'https://mcp.example.org/mcp', headers: { [name]: value } },
      at: `/headers/${name}`,
    })),
    ...forms(fakes).map(([label, entry, at]) => ({ label, entry, at })),
  ];
}

function variables(f: Fakes): (readonly [string, string])[] {
  const generated = (names: string, value: () => string): (readonly [string, string])[] =>
    names.split(' ').map((name) => [name, value()]);
  return [
    ...generated(
      'MEILISEARCH_API_KEY TYPESENSE_API_KEY ALGOLIA_ADMIN_KEY WEAVIATE_API_KEY QDRANT_API_KEY MILVUS_TOKEN ' +
        'CHROMA_AUTH_TOKEN LANGCHAIN_API_KEY LANGFUSE_SECRET UPSTASH_VECTOR_TOKEN UNSPLASH_ACCESS_KEY PEXELS_API_KEY ' +
        'GIPHY_API_KEY DEEPL_AUTH_KEY ASSEMBLYAI_API_KEY DEEPGRAM_API_KEY INTERCOM_ACCESS_TOKEN FRESHSERVICE_API_KEY ' +
        'BAMBOOHR_API_KEY GREENHOUSE_API_KEY LEVER_API_KEY PIPEDRIVE_API_TOKEN CLOSE_API_KEY ATTIO_API_KEY ' +
        'PAYPAL_CLIENT_SECRET ADYEN_API_KEY MOLLIE_API_KEY WISE_API_TOKEN PLAID_SECRET XERO_CLIENT_SECRET',
      () => f.letters(36),
    ),
    ...generated(
      'QUICKBOOKS_CLIENT_SECRET BITLY_TOKEN NGROK_AUTHTOKEN FASTLY_API_TOKEN BUNNY_API_KEY VULTR_API_KEY ' +
        'SCALEWAY_SECRET_KEY OVH_APPLICATION_SECRET OVH_CONSUMER_KEY GANDI_API_KEY PORKBUN_API_KEY NAMECHEAP_API_KEY ' +
        'STATUSPAGE_API_KEY OPSGENIE_API_KEY UPTIMEROBOT_API_KEY BETTERSTACK_TOKEN ROLLBAR_ACCESS_TOKEN BUGSNAG_AUTH_TOKEN ' +
        'MIXPANEL_API_SECRET AMPLITUDE_SECRET_KEY SEGMENT_WRITE_KEY HOTJAR_TOKEN MATOMO_TOKEN_AUTH PIWIK_TOKEN',
      () => f.hex(32),
    ),
    ...generated('PAPERLESS_TOKEN IMMICH_API_KEY SONARR_API_KEY RADARR_API_KEY JELLYFIN_API_KEY EMBY_TOKEN', () =>
      f.hex(40),
    ),
    ...generated('COOLIFY_TOKEN PORTAINER_ACCESS_TOKEN NETBOX_TOKEN GRAYLOG_TOKEN WAZUH_API_KEY MISP_KEY', () =>
      f.base64Url(30),
    ),
    ...generated('BEEMINDER_AUTH_TOKEN TOGGL_API_TOKEN HARVEST_ACCESS_TOKEN CLOCKIFY_API_KEY EVERHOUR_API_KEY', () =>
      f.base64(24),
    ),
    ...generated('SCRAPINGBEE_KEY ZYTE_API_KEY OXYLABS_TOKEN APOLLO_API_KEY CODA_API_TOKEN GRIST_API_KEY', () =>
      f.uuid(),
    ),
    ...generated('BEARER STEAM_WEB_API_KEY RIOT_API_TOKEN IGDB_CLIENT_SECRET TMDB_READ_ACCESS_TOKEN', () => f.jwt()),
    // Sessions and cookies.
    ['NOTION_TOKEN_V2', `v02%3Auser_token_or_cookies%3A${f.base64Url(90)}`],
    ['INSTAGRAM_SESSION_ID', `${f.digits(11)}%3A${f.letters(14)}%3A${f.digits(2)}%3A${f.base64Url(30)}`],
    ['PYROGRAM_SESSION', `B${f.base64Url(260)}`],
    ['TELETHON_SESSION_STRING', `1${f.base64Url(260)}`],
    ['X_SESSION_COOKIE', f.hex(40)],
    ['TWITTER_AUTH_TOKEN', f.hex(40)],
    ['TWITTER_CT0', f.hex(160)],
    ['LINKEDIN_LI_AT', `AQED${f.base64Url(110)}`],
    ['BILIBILI_SESSDATA', `${f.hex(8)}%2C${f.digits(10)}%2C${f.hex(6)}*${f.hex(2)}${f.letters(40)}`],
    ['BILI_JCT', f.hex(32)],
    ['XHS_WEB_SESSION', f.hex(38)],
    ['GEMINI_SECURE_1PSID', `g.a000${f.base64Url(110)}.`],
    ['GOOGLE_SAPISID', `${f.letters(16)}/${f.letters(17)}`],
    ['JSESSIONID', f.capitals(32)],
    ['GRAFANA_SESSION', f.hex(32)],
    ['FLASK_SESSION', `.${f.base64Url(80)}.${f.letters(6)}.${f.base64Url(20)}`],
    ['PROTON_SESSION_DATA', f.base64(96)],
    ['SUBSTACK_SID', `s%3A${f.base64Url(24)}.${f.base64Url(32)}`],
    ['COOKIE', `__Secure-next-auth.session-token=${f.base64Url(200)}; theme=dark`],
    // Databases as their drivers want them.
    ['POSTGRES_DSN', `postgres://svc:${f.letters(16)}@pg.corp.internal:5432/app?sslmode=require`],
    ['MARIADB_DSN', `app:${f.letters(16)}@tcp(10.2.0.4:3306)/shop?parseTime=true`],
    ['TIDB_DSN', `2${f.letters(10)}.root:${f.letters(16)}@tcp(gateway01.eu.prod.aws.tidbcloud.com:4000)/test?tls=true`],
    ['DB_DSN', `user=app password=${f.letters(14)} host=db.corp.internal dbname=x`],
    ['GO_SQL', `reporter:${f.letters(12)}@unix(/run/mysqld.sock)/reports`],
    ['ORACLE_CONNECT', `scott/${f.letters(12)}@db.corp.internal:1521/ORCLPDB1`],
    ['ORACLE_DSN', `app/${f.letters(12)}@//ora.corp.internal:1521/svc`],
    ['SNOWFLAKE_URL', `snowflake://svc:${f.letters(18)}@xy12345.eu-central-1/db/schema`],
    ['SNOWFLAKE_DSN', `svc:${f.letters(18)}@xy12345.eu-central-1/db/schema?warehouse=w`],
    ['CLICKHOUSE_URL', `clickhouse://default:${f.letters(20)}@ch.corp.internal:9440/logs?secure=true`],
    ['CASSANDRA_URL', `cassandra://u:${f.letters(12)}@c1.corp.internal,c2.corp.internal/ks`],
    ['AMQP_URL', `amqps://svc:${f.letters(16)}@mq.corp.internal:5671/vh`],
    ['NATS_URL', `nats://${f.letters(24)}@nats.corp.internal:4222`],
    ['LDAP_URL', `ldaps://cn=svc:${f.letters(14)}@ldap.corp.internal`],
    ['SMTP_URL', `smtps://mailer%40corp.example:${f.letters(16)}@smtp.corp.internal:465`],
    ['HTTP_PROXY', `http://svc:${f.letters(14)}@proxy.corp.internal:3128`],
    ['SOCKS_PROXY', `svc:${f.letters(14)}@proxy.corp.internal:1080`],
    ['MSSQL', `sqlserver://sa:${f.letters(14)}@sql.corp.internal:1433?database=erp`],
    [
      'ODBC',
      `Driver={ODBC Driver 18 for SQL Server};Server=sql.corp.internal;Uid=sa;Pwd=${f.letters(14)};Encrypt=yes;`,
    ],
    ['JDBC_URL', `jdbc:oracle:thin:app/${f.letters(12)}@ora.corp.internal:1521:XE`],
    ['COSMOS', `AccountEndpoint=https://x.documents.azure.com:443/;AccountKey=${f.base64(64)};`],
    ['SERVICEBUS', `Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=${f.base64(32)}`],
    ['SENTRY_DSN_SECRET', `https://${f.hex(32)}:${f.hex(32)}@o1.ingest.sentry.io/2`],
    // Passwords with blanks, as these products show them.
    ['WP_APP_PASSWORD', [4, 4, 4, 4, 4, 4].map((size) => f.letters(size)).join(' ')],
    ['WOOCOMMERCE_APPLICATION_PASSWORD', [4, 4, 4, 4, 4, 4].map((size) => f.letters(size)).join(' ')],
    ['GMAIL_PASS', [4, 4, 4, 4].map((size) => f.of('abcdefghijklmnopqrstuvwxyz', size)).join(' ')],
    ['BACKUP_PASSWORD', [5, 5, 5, 5].map((size) => f.letters(size)).join(' ')],
    // What people think up.
    ['NAS_PASSWORD', 'Bulldog!Tram7'],
    ['VPN_PASSWORD', 'c0ffeeT1me'],
    ['ROUTER_PASS', 'Hamster-Wheel-19'],
    ['MAIL_PASSWD', 'zomer#Zon2024'],
    ['LDAP_PW', 'vinter.Is4ever'],
    ['ERP_PASSWORD', 'Start2024!'],
    ['CRM_PASSWORD', 'Fruehling#24'],
    ['SFTP_PASSWORD', 'monkey4dinner'],
    ['ADMIN_PWD', 'X9tiger!'],
    // Ids and secrets of clouds.
    ['TENCENT_ID', `AKID${f.letters(32)}`],
    ['BAIDU_BCE_ID', `ALTAK${f.letters(21)}`],
    ['VOLC_ID', `AKLT${f.letters(44)}`],
    ['HUAWEI_SECRET_ACCESS_KEY', f.letters(40)],
    ['YC_IAM_TOKEN', `t1.${f.base64Url(60)}.${f.base64Url(64)}`],
    ['OCI_AUTH_TOKEN', `${f.letters(10)}>${f.letters(8)}`],
    // JSON and keys, encoded.
    ['GCP_SA_B64', btoa(JSON.stringify({ type: 'service_account', private_key: pem(f) }))],
    ['KEY_B64', btoa(pem(f))],
    ['APP_CONFIG', btoa(JSON.stringify({ url: 'https://x.example.org', apiKey: f.letters(32) }))],
    ['EXTRA', JSON.stringify({ nested: { refresh_token: f.base64Url(40) } })],
    // Addresses that are the key.
    ['RPC', `https://polygon-mainnet.infura.io/v3/${f.hex(32)}`],
    ['ANKR_RPC_URL', `https://rpc.ankr.com/eth/${f.hex(64)}`],
    ['QUIKNODE', `https://dry-snow.base-mainnet.quiknode.pro/${f.hex(40)}`],
    ['CHAINSTACK_URL', `https://ethereum-mainnet.core.chainstack.com/${f.hex(32)}`],
    ['HOOK', `https://hooks.zapier.com/hooks/catch/${f.digits(7)}/${f.hex(32)}/`],
    ['N8N_WEBHOOK', `https://n8n.corp.internal/webhook/${f.uuid()}`],
    [
      'TEAMS_WEBHOOK',
      `https://x.webhook.office.com/webhookb2/${f.uuid()}@${f.uuid()}/IncomingWebhook/${f.hex(32)}/${f.uuid()}`,
    ],
    ['HEALTHCHECK', `https://hc-ping.com/${f.uuid()}`],
    ['IFTTT', `https://maker.ifttt.com/trigger/x/with/key/${f.base64Url(32)}`],
    ['SPLUNK_HEC_TOKEN', f.uuid()],
    ['CHATGPT_SESSION_TOKEN', f.base64Url(100)],
    ['SPOTIFY_SP_DC', f.base64Url(80)],
    ['WHATSAPP_AUTH_STATE', f.base64(80)],
    ['MYSQLX_URI', `mysqlx://root:${f.letters(12)}@db.corp.internal:33060/x`],
    ['BARE_URL', `postgres:${f.letters(12)}@db.corp.internal:5432/x`],
    ['GO_WITHOUT_ADDRESS', `app:${f.letters(14)}@/shop`],
    ['INFLUX_P', `https://i.corp.internal/api?u=root&p=${f.letters(16)}`],
    ['PIN', f.digits(6)],
    ['LICENSE_KEY', [5, 5, 5, 5].map((size) => f.capitals(size)).join('-')],
    ['APP_KEY', `base64:${f.base64(32)}`],
    ['DB_PASSWORD_PROD', f.letters(16)],
    ['REDIS_AUTH', f.letters(24)],
    ['API_KEYS', `${f.letters(24)},${f.letters(24)}`],
    ['ENCRYPTION_KEY', f.base64(32)],
    ['SIGNING_SECRET', f.hex(64)],
    ['ACCESS_KEY', f.capitals(20)],
    ['COUCHDB_PASSWORD', f.letters(12)],
    ['RCON_PASSWORD', f.letters(10)],
    ['MQTT_PASSWORD', f.letters(14)],
    ['NTFY_TOKEN', `tk_${f.small(29)}`],
    ['GOTIFY_TOKEN', `A${f.letters(14)}`],
    ['PUSHOVER_USER_KEY', `u${f.small(29)}`],
    ['HA_LONG_LIVED_TOKEN', f.jwt()],
  ];
}

function pem(f: Fakes): string {
  return `-----BEGIN ${'PRIVATE KEY'}-----\n${f.base64(240)}\n-----END ${'PRIVATE KEY'}-----\n`;
}

function lines(f: Fakes): (readonly [string, string, readonly string[], number])[] {
  const remote = ['-y', 'mcp-remote@0.1.18', 'https://mcp.example.org/mcp'];
  return [
    ['-t of a server', 'npx', ['-y', 'board-mcp@1.0.0', '-t', f.letters(48)], 3],
    ['-k of a server', 'npx', ['-y', 'search-mcp@1.0.0', '-k', f.letters(32)], 3],
    ['-k with a UUID', 'npx', ['-y', 'search-mcp@1.0.0', '-k', f.uuid()], 3],
    ['-s of a server', 'node', ['server.js', '-a', 'cli_app', '-s', f.letters(32)], 4],
    ['-s of hex', 'node', ['server.js', '-s', f.hex(32)], 2],
    ['-u of a server', 'node', ['server.js', '-u', `u-${f.letters(28)}`], 2],
    ['-p of a server', 'node', ['server.js', '-p', f.letters(24)], 2],
    ['-T of a server', 'node', ['server.js', '-T', f.hex(40)], 2],
    ['-K of a server', 'node', ['server.js', '-K', f.base64(24)], 2],
    ['-x of a server', 'node', ['server.js', '-x', f.letters(40)], 2],
    ['-a of a server', 'node', ['server.js', '-a', f.letters(40)], 2],
    ['-k= of a server', 'npx', ['-y', 'm@1.0.0', `-k=${f.letters(32)}`], 2],
    ['-k glued', 'npx', ['-y', 'm@1.0.0', `-k${f.letters(32)}`], 2],
    ['-p glued, 7z', '7z', ['x', `-p${f.letters(10)}`], 1],
    ['-p of docker login', 'docker', ['login', '-u', 'me', '-p', f.letters(24)], 4],
    ['-P of sqlcmd', 'sqlcmd', ['-S', 'sql.corp.internal', '-U', 'sa', '-P', f.letters(12)], 5],
    ['-a of redis-cli', 'redis-cli', ['-h', 'cache.corp.internal', '-a', f.letters(20)], 3],
    ['-w of ldapsearch', 'ldapsearch', ['-D', 'cn=svc', '-w', f.letters(12)], 3],
    ['-p of mongosh', 'mongosh', ['--host', 'db', '-u', 'app', '-p', f.letters(14)], 5],
    ['-p of sshpass', 'sshpass', ['-p', f.letters(12), 'ssh', 'box'], 1],
    ['-p glued, mysql', 'mysql', ['-uroot', `-p${f.letters(12)}`], 1],
    ['-p glued, mariadb', 'mariadb', ['-h', 'db', '-u', 'app', `-p${f.letters(10)}`, 'shop'], 4],
    ['-p glued, mysqldump', '/usr/bin/mysqldump', ['-u', 'app', `-p${f.letters(12)}`], 2],
    ['-p glued in a shell', 'sh', ['-c', `mysql -u root -p${f.letters(12)} shop`], 1],
    ['-t in a shell', 'bash', ['-c', `node server.js -t ${f.letters(40)}`], 1],
    ['httpie', 'http', ['-a', `svc:${f.letters(14)}`, 'https://api.example.org'], 1],
    ['smbclient', 'smbclient', ['-U', `svc%${f.letters(12)}`, '//nas/share'], 1],
    ['curl -u in a shell', 'sh', ['-c', `curl -u svc:${f.letters(14)} https://x.example.org`], 1],
    ['curl -H', 'curl', ['-H', `X-Api-Key: ${f.hex(32)}`, 'https://x.example.org'], 1],
    ['--auth-token', 'node', ['s.js', '--auth-token', f.letters(40)], 2],
    ['--client-secret', 'node', ['s.js', '--client-secret', f.base64Url(30)], 2],
    ['--clientSecret=', 'node', [`--clientSecret=${f.base64Url(30)}`], 0],
    ['--app-password', 'node', ['s.js', '--app-password', [4, 4, 4, 4].map((n) => f.of('qwzkvnbt', n)).join(' ')], 2],
    ['--secret=', 'node', [`--secret=${f.hex(32)}`], 0],
    ['--session', 'node', ['s.js', '--session', f.base64Url(200)], 2],
    ['--cookie', 'node', ['s.js', '--cookie', `sid=${f.base64Url(40)}; a=b`], 2],
    ['--pat', 'node', ['s.js', '--pat', f.small(52)], 2],
    ['--bearer', 'node', ['s.js', '--bearer', f.letters(40)], 2],
    ['--jwt=', 'node', [`--jwt=${f.jwt()}`], 0],
    ['-D', 'java', [`-Dapi.token=${f.letters(32)}`, '-jar', 's.jar'], 0],
    ['--set', 'helm', ['--set', `auth.password=${f.letters(14)}`], 1],
    ['-e of docker', 'docker', ['run', '-e', `DB_PASSWORD=${f.letters(14)}`, 'o/i:1'], 2],
    ['-e glued', 'docker', ['run', `-eAPI_TOKEN=${f.letters(32)}`, 'o/i:1'], 1],
    ['--env two words', 'mcp-proxy', ['--env', 'API_TOKEN', f.letters(32), 'cmd'], 2],
    ['-e three words', 'mcp-proxy', ['-e', 'API_KEY', f.hex(32), 'cmd'], 2],
    ['header bearer', 'npx', [...remote, '--header', `Authorization: Bearer ${f.base64Url(30)}`], 4],
    ['header=', 'npx', [...remote, `--header=X-Token:${f.letters(32)}`], 3],
    ['headers two words', 'npx', ['x@1.0.0', '--headers', 'Authorization', `Bearer ${f.letters(40)}`], 3],
    ['header token', 'npx', [...remote, '--header', `Private-Token: ${f.letters(24)}`], 4],
    ['header cookie', 'npx', [...remote, '--header', `Cookie: session=${f.base64Url(40)}`], 4],
    [
      'oauth2Bearer',
      'npx',
      ['-y', 'supergateway@3.4.3', '--sse', 'https://x.example.org/sse', '--oauth2Bearer', f.letters(48)],
      5,
    ],
    ['api-access-token', 'mcp-proxy', ['--api-access-token', f.letters(40), 'https://x.example.org/sse'], 1],
    [
      'smithery profile key',
      'npx',
      ['-y', '@smithery/cli@1.2.3', 'run', '@o/s', '--key', f.uuid(), '--profile', 'blue-cat'],
      5,
    ],
    [
      'smithery config',
      'npx',
      ['-y', '@smithery/cli@1.2.3', 'run', '@o/s', '--config', JSON.stringify({ apiToken: f.letters(30) })],
      5,
    ],
    ['config escaped', 'npx', ['x@1.0.0', '--config', `"{\\"token\\":\\"${f.letters(30)}\\"}"`], 2],
    ['config base64', 'npx', ['x@1.0.0', '--config', btoa(JSON.stringify({ password: f.letters(20) }))], 2],
    [
      'settings= base64',
      'npx',
      ['x@1.0.0', `--settings=${btoa(JSON.stringify({ auth: { clientSecret: f.letters(30) } }))}`],
      1,
    ],
    [
      'service account base64',
      'npx',
      ['x@1.0.0', '--service-account', btoa(JSON.stringify({ private_key: pem(f) }))],
      2,
    ],
    ['positional redis', 'npx', ['-y', 'redis-mcp@1.0.0', `rediss://default:${f.letters(40)}@x.upstash.io:6379`], 2],
    ['positional token', 'npx', ['-y', 'x@1.0.0', ['gl', 'pat-', f.base64Url(15)].join('')], 2],
    ['--dsn go', 'db-mcp', ['--dsn', `ro:${f.letters(16)}@tcp(10.0.3.2:3306)/erp?charset=utf8`], 1],
    ['--dsn= go', 'db-mcp', [`--dsn=ro:${f.letters(16)}@tcp(db:3306)/erp`], 0],
    ['--connect oracle', 'ora-mcp', ['--connect', `scott/${f.letters(12)}@db.corp.internal:1521/XE`], 1],
    ['--proxy', 'npx', ['x@1.0.0', '--proxy', `http://u:${f.letters(12)}@proxy.corp.internal:8080`], 2],
    ['cmd set', 'cmd', ['/c', `set TOKEN=${f.letters(32)}&& npx -y x@1.0.0`], 1],
    ['powershell', 'pwsh', ['-Command', `$env:GITLAB_TOKEN="${f.letters(26)}"; npx x@1.0.0`], 1],
    ['env command', 'env', [`OPENAI_KEY=${f.letters(40)}`, 'npx', 'x@1.0.0'], 0],
    ['shell export', 'bash', ['-lc', `export PASSWORD="${f.letters(14)}"; exec server`], 1],
    ['wss url', 'ws-mcp', ['--url', `wss://stream.example.org/ws?token=${f.letters(36)}`], 1],
    ['--user a:b', 'es-mcp', ['--user', `elastic:${f.letters(20)}`], 1],
    ['--basic-auth', 'es-mcp', ['--basic-auth', `svc:${f.letters(20)}`], 1],
    ['--passphrase', 'gpg-mcp', ['--passphrase', f.letters(20)], 1],
    ['--wallet', 'eth-mcp', ['--private-key', `0x${f.hex(64)}`], 1],
    ['--webhook', 'x-mcp', ['--webhook', `https://hook.eu2.make.com/${f.small(32)}`], 1],
  ];
}

function addresses(f: Fakes): (readonly [string, string])[] {
  return [
    ['make', `https://eu1.make.com/mcp/server/${f.uuid()}/t/${f.uuid()}/sse`],
    ['composio v3', `https://backend.composio.dev/v3/mcp/${f.uuid()}/mcp?user_id=me`],
    ['pipedream', `https://mcp.pipedream.net/${f.uuid()}/slack`],
    ['n8n', `https://flows.corp.internal/mcp/${f.uuid()}/sse`],
    ['activepieces', `https://cloud.activepieces.com/api/v1/mcp/${f.letters(21)}${f.digits(2)}${f.letters(10)}/sse`],
    ['viasocket', `https://mcp.viasocket.com/mcp/${f.hex(24)}${f.hex(8)}`],
    ['zapier', `https://mcp.zapier.com/api/mcp/s/${f.base64Url(48)}/mcp`],
    ['a parameter of an instance', `https://mcp.klavis.ai/notion/?instance_id=${f.uuid()}`],
    ['a short key', `https://mcp.ahrefs.com/${f.letters(16)}/sse`],
    ['a bark', `https://api.day.app/${f.letters(22)}/x`],
    ['pabbly', `https://connect.pabbly.com/mcp/${f.base64Url(60)}`],
    ['a query api-key', `https://mainnet.helius-rpc.com/?api-key=${f.uuid()}`],
    ['hex first', `https://mcp.example.org/${f.hex(40)}/mcp`],
    ['hex last', `https://mcp.example.org/sse/${f.hex(64)}`],
    ['small random', `https://hook.us1.make.com/${f.small(32)}`],
    ['token path', `https://mcp.example.org/t/${f.letters(43)}/sse`],
    ['uuid upper', `https://mcp.example.org/connect/${f.uuid().toUpperCase()}`],
    ['telegram', `https://api.telegram.org/bot${f.digits(10)}:A${f.base64Url(26).slice(0, 34)}/getMe`],
    ['query key', `https://mcp.example.org/mcp?key=${f.letters(32)}`],
    ['query apikey', `https://mcp.example.org/mcp?region=eu&apikey=${f.hex(32)}`],
    ['query auth', `https://mcp.example.org/mcp?auth=${f.letters(32)}`],
    ['query token uuid', `https://mcp.example.org/mcp?token=${f.uuid()}&x=1`],
    ['query camel', `https://mcp.example.org/mcp?serviceApiKey=${f.letters(30)}`],
    ['query session', `https://mcp.example.org/mcp?session=${f.base64Url(48)}`],
    ['query secret', `https://mcp.example.org/mcp?client_secret=${f.letters(36)}`],
    ['query config', `https://server.smithery.ai/@o/s/mcp?config=${btoa(JSON.stringify({ token: f.letters(30) }))}`],
    [
      'query config encoded',
      `https://server.smithery.ai/@o/s/mcp?config=${encodeURIComponent(btoa(JSON.stringify({ githubPersonalAccessToken: f.letters(37) })))}`,
    ],
    [
      'query config json',
      `https://mcp.example.org/mcp?config=${encodeURIComponent(JSON.stringify({ apiKey: f.letters(32) }))}`,
    ],
    ['query sig', `https://x.blob.core.windows.net/c?sv=2024&sig=${encodeURIComponent(f.base64(32))}`],
    ['query x-amz', `https://b.s3.amazonaws.com/o?X-Amz-Signature=${f.hex(64)}`],
    ['query code', `https://fn.azurewebsites.net/mcp?code=${f.base64Url(40)}==`],
    ['fragment', `https://mcp.example.org/mcp#token=${f.letters(32)}`],
    ['user info', `https://svc:${f.letters(16)}@mcp.corp.internal/mcp`],
    ['user info token', `https://${f.letters(32)}@mcp.corp.internal/mcp`],
    ['wss', `wss://mcp.example.org/ws?access_token=${f.letters(40)}`],
  ];
}

function headers(f: Fakes): (readonly [string, string])[] {
  return [
    ['Authorization', `Bearer ${f.base64Url(40)}`],
    ['authorization', `ApiKey ${f.letters(40)}`],
    ['AUTHORIZATION', `token ${f.hex(40)}`],
    ['Authorization', f.jwt()],
    ['Authorization', `Basic ${btoa(`svc:${f.letters(14)}`)}`],
    ['Authorization', `SSWS 00${f.base64Url(30)}`],
    ['Authorization', `GenieKey ${f.uuid()}`],
    ['Authorization', `Key ${f.letters(32)}`],
    ['X-Authorization', `Bearer ${f.letters(32)}`],
    ['X-N8N-API-KEY', f.jwt()],
    ['X-Subscription-Token', f.letters(31)],
    ['Ocp-Apim-Subscription-Key', f.hex(32)],
    ['X-RapidAPI-Key', f.letters(50)],
    ['DD-API-KEY', f.hex(32)],
    ['X-Access-Token', f.letters(36)],
    ['X-Access-Key', f.capitals(20)],
    ['X-Secret', f.letters(32)],
    ['X-API-Token', f.uuid()],
    ['X-Session-Token', f.base64Url(40)],
    ['X-Session', f.base64Url(48)],
    ['x-goog-api-key', ['AI', 'za', f.base64Url(27).slice(0, 35)].join('')],
    ['Cookie', `connect.sid=s%3A${f.base64Url(40)}`],
    ['Cookie', `auth=${f.jwt()}; lang=en`],
    ['X-Functions-Key', `${f.base64Url(40)}==`],
    ['X-Auth-Email-Key', f.hex(37)],
    ['Api-Token', f.letters(40)],
    ['client_secret', f.letters(36)],
    ['password', f.letters(14)],
    ['X-Plex-Token', f.base64Url(15)],
    ['X-Emby-Token', f.hex(32)],
  ];
}

function forms(f: Fakes): (readonly [string, unknown, string])[] {
  const url = 'https://mcp.example.org/mcp';
  return [
    ['env pairs', { command: 's', env: [{ name: 'API_TOKEN', value: f.letters(32) }] }, '/env/0/value'],
    ['env key pairs', { command: 's', env: [{ key: 'DB_PASSWORD', value: f.letters(14) }] }, '/env/0/value'],
    ['env list', { command: 's', env: [`API_TOKEN=${f.letters(32)}`] }, '/env/0'],
    ['env value objects', { command: 's', env: { API_TOKEN: { value: f.hex(32) } } }, '/env/API_TOKEN/value'],
    [
      'env default',
      { command: 's', env: { API_TOKEN: { type: 'string', default: f.hex(32) } } },
      '/env/API_TOKEN/default',
    ],
    ['environment', { command: 's', environment: { API_TOKEN: f.letters(32) } }, '/environment/API_TOKEN'],
    [
      'environment pairs',
      { command: 's', environment: [{ name: 'API_TOKEN', value: f.letters(32) }] },
      '/environment/0/value',
    ],
    ['envVars', { command: 's', envVars: { API_TOKEN: f.letters(32) } }, '/envVars/API_TOKEN'],
    ['header pairs', { url, headers: [{ name: 'X-Api-Key', value: f.hex(32) }] }, '/headers/0/value'],
    ['header list', { url, headers: [`X-Api-Key: ${f.hex(32)}`] }, '/headers/0'],
    ['custom headers', { url, customHeaders: { 'X-Token': f.letters(32) } }, '/customHeaders/X-Token'],
    [
      'http_headers',
      { url, http_headers: { Authorization: `Bearer ${f.letters(32)}` } },
      '/http_headers/Authorization',
    ],
    ['command list', { command: ['npx', '-y', 'x@1.0.0', '--token', f.letters(36)] }, '/command/4'],
    ['command list, short', { command: ['node', 's.js', '-t', f.letters(40)] }, '/command/3'],
    ['command line', { command: `node s.js --password ${f.letters(14)}` }, '/command'],
    ['auth.token', { url, auth: { type: 'bearer', token: f.letters(40) } }, '/auth/token'],
    ['auth.password', { url, auth: { username: 'svc', password: f.letters(14) } }, '/auth/password'],
    ['oauth.client_secret', { url, oauth: { client_id: 'x', client_secret: f.letters(36) } }, '/oauth/client_secret'],
    ['authorization_token', { url, authorization_token: f.letters(40) }, '/authorization_token'],
    ['api_key', { url, api_key: f.uuid() }, '/api_key'],
    ['config.apiKey', { command: 's', config: { apiKey: f.letters(32) } }, '/config/apiKey'],
    ['settings list', { command: 's', settings: [{ id: 'x', apiKey: f.letters(32) }] }, '/settings/0/apiKey'],
    ['comment in a text', { command: 's', notes: `use Bearer ${['gh', 'p_', f.letters(36)].join('')}` }, '/notes'],
    ['transport.options', { transport: { url, options: { token: f.letters(40) } } }, '/transport/options/token'],
  ];
}
