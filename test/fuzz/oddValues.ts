import fc from 'fast-check';

const ODD: readonly unknown[] = [
  ...[null, true, false, 0, -0, 1.5, 1e308, -1, 2 ** 53, '', 'a', '\0', '\ud800', '\u202e', '\u2028', '\ufffe', '\n'],
  ...['x'.repeat(199), 'x'.repeat(201), 'x'.repeat(5000), '/'.repeat(70_000), '../../x', '/v1/x', '//x', '/x?y=1&y=2'],
  ...['GET', 'DELETE', 'HEAD', 'get', 'constructor', '__proto__', 'toString', '%00', '/..;/', '.'.repeat(8100)],
  ...[[], {}, [[[[[[]]]]]], { a: { b: 3 } }, { 'a.b': 3 }, { toString: 1 }, { length: 9 }, Array(300).fill(0)],
  JSON.parse('{"__proto__":{"a":1},"constructor":{"prototype":{}}}'),
];

/** Anything that JSON can say, the odd things first. */
export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...ODD) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  { weight: 1, arbitrary: fc.tuple(fc.nat(400), fc.boolean()).map(([depth, list]) => deep(depth, list)) },
);

function deep(depth: number, list: boolean): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = list ? [value] : { a: value };
  return value;
}

const FIELDS = [
  ...['service', 'method', 'path', 'query', 'headers', 'json', 'form', 'text', 'reason', 'select', 'maxChars'],
  ...['tool', 'server', 'arguments', 'extra', '__proto__'],
];

/** The arguments of a call to the service `api`, with up to four of them replaced by something else. */
export const oddArguments: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(fc.boolean(), fc.array(fc.tuple(fc.constantFrom(...FIELDS), oddValue), { maxLength: 4 }))
  .map(([usual, changes]) =>
    Object.fromEntries([
      ...(usual ? Object.entries({ service: 'api', method: 'GET', path: '/v1/x' }) : []),
      ...changes,
    ]),
  );

/** Bytes put in the place of others, as shares of the text's length. */
export const flips = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), { maxLength: 3 });

/** Flips bytes of a line; it stays one line. */
export function flipped(line: string, changes: readonly (readonly [at: number, byte: number])[]): Buffer {
  const bytes = Buffer.from(line);
  for (const [at, byte] of changes) {
    if (byte !== 0x0a && bytes.length > 0) bytes[Math.min(bytes.length - 1, Math.floor(at * bytes.length))] = byte;
  }
  return bytes;
}
