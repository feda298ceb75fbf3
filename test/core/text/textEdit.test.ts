import { expect, test } from 'vitest';
import { applyEdits } from '../../../src/core/text/textEdit.ts';

test('what is inserted where something else is taken out stands in its place, whichever is named first', () => {
  const insertion = { span: { start: 1, end: 1 }, newText: 'new' };
  const removal = { span: { start: 1, end: 3 }, newText: '' };
  expect(applyEdits('abcd', [insertion, removal])).toBe('anewd');
  expect(applyEdits('abcd', [removal, insertion])).toBe('anewd');
});
