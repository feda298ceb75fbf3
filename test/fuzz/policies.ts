import fc from 'fast-check';
import { compileService, decide } from '../../src/core/policy/decide/decide.ts';
import { parsePolicy } from '../../src/core/policy/read/parse.ts';
import { examples, sections, whole } from '../core/policy/documentedExamples.ts';
import { english } from '../support/english.ts';
import { type Fuzzer, require } from './fuzzer.ts';

/** One change to a text: `text` takes the place of `remove` characters, at a share of its length. */
interface Change {
  readonly at: number;
  readonly remove: number;
  readonly text: string;
}

/** The files of the documentation, right ones and wrong ones. */
const BASES = [...sections.keys()].flatMap(examples).map(whole);

const PIECES = [
  ...['&a ', '*a', '<<: *a', '!!js/function ', '---\n', '...\n', '? ', ': ', '- ', '[', ']', '{', '}', '"', "'", '#'],
  ...['\t', '\0', '\u2028', '\u202e', '\ufeff', '\r', '|\n', '>\n', '>-\n', '%YAML 1.2\n', '\\u0041', '\ud800', '\n'],
  ...['__proto__: 1\n', 'constructor: 1\n', 'toString: 1\n', '0x1f', '1e3', '.inf', '.nan', 'null', '~', 'yes', '-0'],
  ...['**', '/../', '%2f', 'services:\n', 'servers:\n', 'policies: []\n', 'key: x\n', 'version: 2\n', '9'.repeat(400)],
  ...[' '.repeat(50), '\n'.repeat(500), '[['.repeat(40), '{a: '.repeat(30), '- '.repeat(60), 'a: &x [*x]\n', '\\'],
];

const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.oneof(fc.constant(0), fc.nat(12), fc.nat(200)),
  text: fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 6 }), fc.constant('')),
});

/** Longer than the second that a policy text may take, because the machine may be busy with other things. */
const TOO_LONG_MS = 3000;

/** Mutated policy files: reading one never throws, ends in time, places its problems inside the text, and what is valid decides. */
export const policies: Fuzzer<string> = {
  name: 'policies',
  arbitrary: fc.tuple(fc.constantFrom(...BASES), fc.array(change, { maxLength: 6 })).map(mutate),
  start: async () => {
    let valid = 0;
    let slowest = 0;
    return {
      attempt: async (text) => {
        const before = performance.now();
        const { policy, problems } = parsePolicy(text);
        const took = performance.now() - before;
        slowest = Math.max(slowest, took);
        require(took < TOO_LONG_MS, `reading took ${Math.round(took)} ms`);
        const lines = text.split(/\r\n|\r|\n/).length;
        for (const { start, message } of problems) {
          require(start.line >= 1 &&
            start.line <= lines &&
            start.column >= 1, `a problem outside of the text: ${english(message)}`);
        }
        if (!policy) return;
        valid++;
        for (const service of policy.services.values()) {
          decide(compileService(service), { method: 'GET', path: '/v1/a', segments: ['v1', 'a'], query: [] });
        }
      },
      end: async () => `${valid} were valid, the slowest took ${Math.round(slowest)} ms`,
    };
  },
};

function mutate([text, changes]: readonly [string, readonly Change[]]): string {
  let changed = text;
  for (const { at, remove, text: piece } of changes) {
    const start = Math.floor(at * changed.length);
    changed = changed.slice(0, start) + piece + changed.slice(start + remove);
  }
  return changed;
}
