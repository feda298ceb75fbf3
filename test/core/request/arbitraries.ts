import fc from 'fast-check';

const PLAIN = ['a', 'v1', 'X', '_', '-', '~', '0', 'items', '.json', ':', '@', "'", '!', '(', '*', ',', '=', '$'];
const ESCAPED = [
  '%C3%A9',
  '%c3%a9',
  '%41',
  '%7E',
  '%20',
  '%2A',
  '%2a',
  '%3A',
  '%3b',
  '%25',
  '%23',
  '%3F',
  '%27',
  '%26',
];
const HOSTILE = [
  '.',
  '..',
  '%2e',
  '%2F',
  '%5c',
  '%252e',
  '%00',
  '%0A',
  '%c0%ae',
  '%',
  '25',
  '2e',
  ';',
  '\\',
  '\t',
  ' ',
  '#',
  'é',
  '\ud800',
  '%E2%80%8B',
  '%EF%BC%8E',
  '%EF%BC%8F',
  '%E3%80%82',
  '//',
  '',
  '|',
];
const QUERY = ['&', '=', '+', 'x', 'limit', '%20', '%2B', '%26', '%3D', ';', '[]', "'", '(', '*', '?', '/', ':', '%0A'];

const segment = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...PLAIN) },
      { weight: 5, arbitrary: fc.constantFrom(...ESCAPED) },
      { weight: 1, arbitrary: fc.constantFrom(...HOSTILE) },
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((pieces) => pieces.join(''));

/** Paths of which a good part is acceptable and the rest hostile; most bugs live between the two. */
export const rawPath = fc
  .tuple(
    fc.array(segment, { maxLength: 4 }),
    fc.oneof({ weight: 4, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.constant('/') }),
  )
  .map(([segments, end]) => `/${segments.join('/')}${segments.length > 0 ? end : ''}`);

/** A query as it may stand in a path. */
export const rawQuery = fc.array(fc.constantFrom(...QUERY), { maxLength: 8 }).map((pieces) => pieces.join(''));
