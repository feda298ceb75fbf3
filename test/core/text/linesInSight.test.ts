import { describe, expect, it } from 'vitest';
import { linesInSight } from '../../../src/core/text/linesInSight.ts';

const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `+ GET /v1/${index} on api`);

describe('linesInSight', () => {
  it('shows what fits as it is', () => {
    expect(linesInSight(many(16))).toEqual({ lines: many(16), more: 0, cut: false });
  });

  it('says how many lines are left', () => {
    expect(linesInSight(many(30))).toEqual({ lines: many(16), more: 14, cut: true });
  });

  it('lets no line push the others out of sight, and says that it was cut', () => {
    const long = `+ GET /v1/x (query.a in ${'"value", '.repeat(5_000)}) on api`;
    const shown = linesInSight([long, '+ DELETE /** on api']);
    expect(shown).toMatchObject({ more: 0, cut: true });
    expect(shown.lines[0]).toHaveLength(200);
    expect(shown.lines[0]).toMatch(/^\+ GET \/v1\/x .*…$/);
    expect(shown.lines[1]).toBe('+ DELETE /** on api');
  });
});
