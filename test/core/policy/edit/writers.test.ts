import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { withRule } from '../../../../src/core/policy/edit/ruleWriter.ts';
import { withServer } from '../../../../src/core/policy/edit/serverWriter.ts';
import { runs } from '../../../support/runs.ts';

// What is put into a policy's text means the old text and the new entry, and touches nothing else of it.

type Style = 'lines' | 'braces';

const comment = fc.constantFrom('', '', ' # one', ' # "two": { three }');
const style = fc.constantFrom<Style>('lines', 'lines', 'braces');

/** A map of entries as somebody writes it: in lines or in braces, with comments anywhere. */
const entry = fc.record({ style, comment, below: fc.constantFrom('', '# below', '\n# apart'), last: style });

interface Written {
  readonly names: readonly string[];
  readonly entries: readonly {
    readonly style: Style;
    readonly comment: string;
    readonly below: string;
    readonly last: Style;
  }[];
  readonly whole: Style;
  readonly head: string;
  readonly tail: string;
  readonly indent: number;
  readonly eol: string;
  readonly ended: boolean;
}

const written: fc.Arbitrary<Written> = fc.record({
  names: fc.constant(['a', 'b-2', 'c']),
  entries: fc.array(entry, { maxLength: 3 }),
  whole: style,
  head: fc.constantFrom('', '# mine\n', 'version: 1 # kept\n', '---\n', '\u{feff}'),
  tail: fc.constantFrom('', '# end\n', '\n\n# end\n', 'other: { x: [1, 2] }\n', 'other: |\n  text\n\n  more\n'),
  indent: fc.constantFrom(1, 2, 4),
  eol: fc.constantFrom('\n', '\r\n'),
  ended: fc.boolean(),
});

function textOf(section: string, { names, entries, whole, head, tail, indent, eol, ended }: Written): string {
  const pad = ' '.repeat(indent);
  const lines = entries.map(({ style: own, comment: beside, below, last }, index) => {
    const list =
      last === 'lines' ? `\n${pad}${pad}  - { path: /x, methods: [GET] }` : ' [{ path: /x, methods: [GET] }]';
    const body =
      own === 'lines'
        ? `\n${pad}${pad}baseUrl: "https://a.example"${beside}\n${pad}${pad}policies:${list}`
        : ` { baseUrl:   'https://a.example',  policies: [ { path: /x, methods: [GET] }, ] }`;
    return `${pad}${names[index]}:${body}${beside}\n${below === '' ? '' : `${below.replace('#', `${pad}#`)}\n`}`;
  });
  const braces = entries.map((_, index) => `${names[index]}: {baseUrl:  https://a.example, policies: [{path: /x}]}`);
  const map =
    whole === 'lines' && entries.length > 0
      ? `${section}:\n${lines.join('')}`
      : `${section}: {${braces.join(' , ')}} # tail\n`;
  const text = head + map + tail;
  return (ended ? text : text.trimEnd()).replaceAll('\n', eol);
}

function meaningOf(text: string): unknown {
  const document = parseDocument(text);
  expect(document.errors).toEqual([]);
  return document.toJS();
}

/** Whether `after` is `before` with one piece put in, but for an empty value in its place and a last line that got its end. */
function expectOnlyInserted(before: string, after: string): void {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const gone = before.slice(start, before.length - end);
  expect(gone === '' || / ?\{\}.*/.test(gone)).toBe(true);
}

describe('what is written into a policy', () => {
  test('a server', () => {
    fc.assert(
      fc.property(written, (document) => {
        const before = textOf('servers', document);
        const after = withServer(before, {
          name: 'new-one',
          run: { by: 'command', command: 'npx', args: ['-y', '@scope/server@1.2.3'] },
          variables: [{ name: 'TOKEN', value: { credential: 'demo', prefix: 'Bearer ' } }],
          tools: { allow: ['get_*'], ask: ['*'] },
        });
        const old = meaningOf(before) as { readonly servers: Record<string, unknown> };
        const server = {
          command: 'npx',
          args: ['-y', '@scope/server@1.2.3'],
          env: { TOKEN: { credential: 'demo', prefix: 'Bearer ' } },
          tools: { allow: ['get_*'], ask: ['*'] },
        };
        expect(meaningOf(after)).toEqual({ ...old, servers: { ...old.servers, 'new-one': server } });
        expectOnlyInserted(before, after);
        if (before.includes('\r\n')) expect(after).not.toMatch(/(?<!\r)\n/);
        else expect(after).not.toContain('\r');
      }),
      { numRuns: runs(300) },
    );
  });

  test('a rule', () => {
    fc.assert(
      fc.property(
        written.filter(({ entries }) => entries.length > 0),
        fc.nat(2),
        (document, which) => {
          const name = document.names[which % document.entries.length] ?? '';
          const before = textOf('services', document);
          const after = withRule(before, name, { method: 'POST', path: '/v1/x', approval: 'always' });
          const wanted = meaningOf(before) as { readonly services: Record<string, { readonly policies: unknown[] }> };
          wanted.services[name]?.policies.push({ path: '/v1/x', methods: ['POST'], approval: 'always' });
          expect(meaningOf(after)).toEqual(wanted);
          expectOnlyInserted(before, after);
          if (before.includes('\r\n')) expect(after).not.toMatch(/(?<!\r)\n/);
          else expect(after).not.toContain('\r');
        },
      ),
      { numRuns: runs(300) },
    );
  });
});
