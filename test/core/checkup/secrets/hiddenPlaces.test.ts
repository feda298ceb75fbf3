import { describe, expect, it } from 'vitest';
import { findings, withServer } from '../support.ts';

const KEY = ['Qw8Er7Ty6Ui5Op4A', 's3Df2Gh1Jk9Lz0Xc'].join('');
const PASSWORD = ['h7!Kp', 'Zr2mQ'].join('');
const UUID = ['3f1c7a52', '9b4e', '4d81', 'a6c0', '5e92d7b1f483'].join('-');
const FINGERPRINT = ['9F3A6C1E5B7D', '20488C4EA1D7', '3B95F06E72C1', '8D4A'].join('');

const keysOf = (entry: unknown): (string | undefined)[] =>
  findings([withServer(entry)], 1).map(({ key }) => key?.replace('/mcpServers/s/', ''));
const inVariable = (name: string, value: string): unknown => ({ command: './s', env: { [name]: value } });

describe('check 1 finds', () => {
  it.each([
    ['ES_USERPASS', `elastic:${PASSWORD}`],
    ['PROXY_USERPWD', `svc:${PASSWORD}`],
    ['REGISTRY_LOGIN', `robot:${KEY}`],
    ['HTTP_AUTH', `me:${PASSWORD}`],
    ['NETRC', `machine api.corp.de login me password ${PASSWORD}`],
    ['ANY_TEXT', `machine a.corp.de\n login me\n password ${PASSWORD}\nmachine b`],
    ['NPMRC', `//registry.corp.de/:_authToken=${UUID}`],
    ['ANY_TEXT', `registry=https://r.corp.de/\n//r.corp.de/:_password=${KEY}`],
    ['PGPASS', `db.corp.de:5432:shop:app:${PASSWORD}`],
    ['CONFIG_B64', btoa(`api:\n  url: https://api.corp.de\n  api_key: ${KEY}\n`)],
    ['ENVIRONMENT_B64', btoa(`PORT=3000\nAPI_KEY=${KEY}\n`)],
    ['CARD_PIN', '481726'],
    ['DEVICE_PINCODE', '4817'],
    ['MYAPP_SESSION', UUID],
    ['HOOK', 'https://hooks.corp.de/in/a7Kx2Zp9Lm4Qr8Tv'],
  ])('a secret in %s: %j', (name, value) => {
    expect(keysOf(inVariable(name, value))).toEqual([`env/${name}`]);
  });

  it.each<[readonly string[], number]>([
    [['-a', KEY], 1],
    [['-y', 'server@1.0.0', KEY], 2],
    [['run', 'server.py', KEY], 2],
    [[`--user=svc:${PASSWORD}`], 0],
    [['--login', `bot:${KEY}`], 1],
    [['--pin', '481726'], 1],
  ])('a secret among arguments: %j', (args, at) => {
    expect(keysOf({ command: 'npx', args })).toEqual([`args/${at}`]);
  });
});

describe('check 1 passes over', () => {
  it.each([
    ['SENTRY_DSN', 'https://0a1b9c3d8e5f60718293a4b5c6d7e8f9@o12345.ingest.de.sentry.io/4507'],
    ['GLITCHTIP_DSN', 'https://0a1b9c3d8e5f60718293a4b5c6d7e8f9@errors.corp.de/7'],
    ['SHEET_URL', `https://docs.google.com/spreadsheets/d/1${KEY}aB3/edit`],
    ['GPG_KEY', FINGERPRINT],
    ['SIGNING_KEY', FINGERPRINT.slice(0, 16)],
    ['GPIO_PIN', '4817'],
    ['CARD_PIN', '1234'],
    ['CARD_PIN', '0000'],
    ['SESSION_ID', UUID],
    ['BASIC_AUTH', 'user:password'],
    ['IMAGE_AUTH', 'https://auth.corp.de'],
    ['NPMRC', `//registry.corp.de/:_authToken=${'$'}{NPM_TOKEN}`],
    ['HOOK', 'https://hooks.corp.de/in/orders-created-2024'],
    ['FEATURES_B64', btoa('features:\n  search: true\n  theme: dark\n  limit: 30\n')],
  ])('%s: %j', (name, value) => {
    expect(keysOf(inVariable(name, value))).toEqual([]);
  });

  it.each([
    [['build', '--secret', 'id=npmrc,src=/home/me/.npmrc', '.']],
    [['build', '--secret', 'type=env,id=token', '.']],
    [['-T', 'TEAM2024BOARD77REPORTS12']],
    [['--sheet', `1${KEY}aB3`]],
    [[`1${KEY}aB3`]],
    [['checkout', '9f3a6c1e5b7d20488c4ea1d73b95f06e72c18d4a']],
  ])('%j', (args) => {
    expect(keysOf({ command: 'docker', args })).toEqual([]);
  });
});
