import { describe, expect, it } from 'vitest';
import { findSecrets } from '../../../../src/core/checkup/secrets/findSecrets.ts';
import { cpuTime } from '../../../support/cpuTime.ts';

const AROUND = { somebodysHost: true };

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
    'a,',
    'in',
  ])('takes linear time for %j, over and over', (part) => {
    const took = (length: number): number => {
      const text = `https://h/${part.repeat(length / part.length)}`;
      return cpuTime(() => findSecrets(text, '--session-password', AROUND), 3);
    };
    expect(took(60_000)).toBeLessThan(Math.max(took(15_000) * 12, 60));
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
