import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../../src/core/redact/redactor.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { notifiableProgress } from '../../../../src/gateway/targets/tool/toolProgress.ts';

const DIGITS = ['4815', '162342'].join('');
const PIECE = Number(DIGITS.slice(0, 8));

function heard(progress: number, total?: number): unknown {
  const redactor = new Redactor([{ name: 'api', value: new Secret(`app:${DIGITS}`) }]);
  return notifiableProgress({ progress, total, message: DIGITS }, { redact: (text) => redactor.text(text).text });
}

describe('the progress of a tool', () => {
  it('is told in numbers and words', () => {
    expect(heard(1, 2)).toEqual({ progress: 1, total: 2, message: '[redacted:api]' });
    expect(heard(0.5)).toEqual({ progress: 0.5, message: '[redacted:api]' });
  });

  it('holds no number that is a credential of digits, or a piece of one', () => {
    for (const number of [Number(DIGITS), PIECE, PIECE + 0.5, -Number(DIGITS)]) {
      expect(heard(number, 2)).toBeUndefined();
      expect(heard(1, number)).toEqual({ progress: 1, message: '[redacted:api]' });
    }
  });
});
