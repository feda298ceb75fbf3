import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readMessageLine } from '../../../../src/gateway/targets/tool/messageLine.ts';

const MESSAGE = { result: { tools: [{ name: 'a{b' }] }, jsonrpc: '2.0', id: 3 };
const LINE = JSON.stringify(MESSAGE);

it.each([
  ['alone', LINE, ''],
  ['behind a byte order mark', `\uFEFF${LINE}`, ''],
  ['behind a word', `Loading... ${LINE}`, 'Loading...'],
  ['behind both', `\uFEFFReady${LINE}`, 'Ready'],
  ['behind colours', `\u001b[32m✔\u001b[0m ${LINE}`, '\u001b[32m✔\u001b[0m'],
  ['in front of colours', `${LINE}\u001b[0m`, '\u001b[0m'],
  ['in front of a word', `${LINE} done in 3 ms`, 'done in 3 ms'],
  ['between two words', `[12:30] ${LINE} (sent)`, '[12:30] (sent)'],
  ['behind braces', `{a} {"b": 1} ${LINE}`, '{a} {"b": 1}'],
])('finds a message %s', (_name, line, noise) => {
  expect(readMessageLine(line)).toEqual({ json: MESSAGE, noise });
});

it('takes nothing else of a log for a message', () => {
  for (const line of ['[info] still here {"a":1}', 'Server starting…', '{"level":"info"', 'x {"jsonrpc":']) {
    expect(readMessageLine(line)).toEqual({ noise: line });
  }
});

it('leaves what is JSON as a whole to who reads messages', () => {
  for (const json of [{ level: 'info' }, [MESSAGE, MESSAGE], null, 'text', 7]) {
    expect(readMessageLine(JSON.stringify(json))).toEqual({ json, noise: '' });
  }
});

it('loses neither a message nor what stands before and behind it', () => {
  const word = fc.string().filter((one) => !/[{}[\]"\d]|^(true|false|null)?\s*$/.test(one));
  fc.assert(
    fc.property(word, fc.option(word, { nil: '' }), (before, after) => {
      expect(readMessageLine(before + LINE + after)).toEqual({
        json: MESSAGE,
        noise: `${before.replace(/^\uFEFF/, '').trim()} ${after.trim()}`.trim(),
      });
    }),
  );
});
