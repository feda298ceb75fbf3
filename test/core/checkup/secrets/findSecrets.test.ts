import { describe, expect, it } from 'vitest';
import { findSecrets } from '../../../../src/core/checkup/secrets/findSecrets.ts';
import { cpuTime } from '../../../support/cpuTime.ts';

const AROUND = { somebodysHost: true };
const GENERATED = ['Qw8Er7Ty6Ui5Op4A', 's3Df2Gh1Jk9Lz0Xc'].join('');

describe('findSecrets', () => {
  it.each([
    'a:b@',
    'a:b1c2d@h:12 ',
    'a:b1c2d@tcp(h)',
    'a/b1c2d@h:1521 ',
    'a/b1c2d@//h ',
    'eyJhIjoiYiJ9 ',
    '?c=eyJhIjoiYiJ9AAAAAAAA',
    '=%7B%22a%22%3A1',
    ' -t a1B2c3D4e5F6g7H8i9J0 ',
    ' -u a:b1c2d3 ',
    'mysql -pQ1w2e3r4 ',
    '://u:monkey1@10.0.0.1 ',
    'Server=10.0.0.1;Password=monkey1;',
    'https://h/0a1b2c3d4e5f60718293a4b5c6d7e8f9/',
    '/0a1b2c3d4e5f60718293a4b5c6d7e8f9',
    'host = ',
    'machine a login b password c1d2 ',
    'machine a\n',
    '\n_authToken=a1b2c3d4',
    'a.b:1:c:d:e1f2\n',
    'b2xkCg==',
    'a,',
    'in',
  ])('takes linear time for %j, over and over', (part) => {
    const took = (length: number, enough?: number): number => {
      const text = `https://h/${part.repeat(length / part.length)}`;
      return cpuTime(() => findSecrets(text, '--session-password', AROUND), 3, enough);
    };
    const most = Math.max(took(15_000) * 12, 200);
    expect(took(60_000, most)).toBeLessThan(most);
  });

  it.each([
    ...'API_KEY_NONPROD GITHUB_TOKEN_WORK SLACK_TOKEN_ACME OP_SESSION_myteam SECRET_KEY_UAT PASSWORD_OF_ACME'.split(
      ' ',
    ),
    ...'BAIDU_AK VOLC_SK KENNWORT MOT_DE_PASSE CONTRASENA SENHA API_SCHLUESSEL 密码 API密钥 пароль 비밀번호'.split(' '),
  ])('knows the value of %s by the name', (name) => {
    expect(findSecrets(GENERATED, name, AROUND)).toMatchObject([{ start: 0, end: GENERATED.length }]);
  });

  it.each([
    ...'TOKEN_ENDPOINT_KIND API_KEY_ID TOKEN_SYMBOL KEY_VAULT_NAME SECRET_ARN TOKEN_CONTRACT SSH_KEY_FINGERPRINT'.split(
      ' ',
    ),
    ...'KEYS_OF_TABLE AUTH_PROFILE PASS_THROUGH SEED_RUN MONKEY_BUSINESS'.split(' '),
  ])('takes %s for what is said about a credential', (name) => {
    expect(findSecrets(GENERATED, name, AROUND)).toEqual([]);
  });

  it.each([
    ...'user:1234:profile orders.created.v1 dash-2024-q3 tmpl_2024_welcome build-2024.tar gpt-4o-2024-08-06'.split(' '),
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-AbCd12',
    `0x${'5aAeb6053F3E94C9b9A0'.repeat(2)}`,
  ])('takes %s for the name of a thing', (text) => {
    expect(findSecrets(text, text.startsWith('0x') ? 'TOKEN_USDC' : 'ROUTING_KEY', AROUND)).toEqual([]);
  });

  it('finds a secret in what was encoded within what was encoded', () => {
    const inner = btoa(JSON.stringify({ password: ['Tr0ub', '4dor&3x'].join('') }));
    const outer = btoa(JSON.stringify({ config: inner }));
    expect(findSecrets(outer)).toMatchObject([{ start: 0, end: outer.length }]);
  });

  it('takes ids in paths for keys where servers are configured alone', () => {
    const url = `https://h.example/u/${['3ccc016b', 'a008', '4a3d', 'a484', '24b73b056cbb'].join('-')}/sse`;
    expect(findSecrets(url)).toEqual([]);
    expect(findSecrets(url, '', AROUND)).toHaveLength(1);
  });
});
