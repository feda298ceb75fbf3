import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnswerLine, writeAnswerLine } from '../../src/protocol/answerLine.ts';
import { fromGatewaySchema } from '../../src/protocol/messages.ts';
import { runs } from '../support/runs.ts';

const id = fc.nat();
const answer = fc.dictionary(fc.string(), fc.jsonValue());

describe('a line with an answer', () => {
  it('is read as it was written, whatever the answer is, and is the message that it always was', () => {
    fc.assert(
      fc.property(id, answer, (number, value) => {
        const json = JSON.stringify(value);
        const line = writeAnswerLine(number, json);
        expect(readAnswerLine(line)).toEqual({ id: number, json });
        expect(line).toBe(JSON.stringify({ id: number, answer: value }));
      }),
      { numRuns: runs(500) },
    );
  });

  it.each([
    { id: 1, refusal: { code: 'frozen', message: '', nextStep: '', sent: 'no' } },
    { id: 1, waiting: 'approval' },
    { id: 1, progress: { progress: 1, message: '{"id":2,"answer":{}}' } },
    { event: 'toolsChanged', server: '{"id":2,"answer":{}}' },
    { answer: {}, id: 1 },
  ])('is no other message of a gateway: %j', (message) => {
    expect(fromGatewaySchema.safeParse(message).success).toBe(true);
    expect(readAnswerLine(JSON.stringify(message))).toBeUndefined();
  });

  it.each(['', '{}', '{"id":1,"answer":"text"}', '{"id":-1,"answer":{}}', ' {"id":1,"answer":{}}', '[{"id":1}]'])(
    'is not %j',
    (line) => {
      expect(readAnswerLine(line)).toBeUndefined();
    },
  );
});
