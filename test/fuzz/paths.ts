import fc from 'fast-check';
import { compileService, decide } from '../../src/core/policy/decide/decide.ts';
import { canonicalise } from '../../src/core/request/canonicalise.ts';
import { serviceOf } from '../core/policy/fixtures.ts';
import { type Fuzzer, require } from './fuzzer.ts';

/** Everything is allowed but what these name. */
const POLICY = `services:
  api:
    baseUrl: https://api.example.com
    auth: { type: bearer }
    policies:
      - { path: '/**', methods: [GET] }
      - { path: '/admin/**', effect: deny }
      - { path: '/a/*/admin/**', effect: deny }
      - { path: '/secret', effect: deny }
      - { path: '/files/list.json', effect: deny }
`;

function isDenied(segments: readonly string[]): boolean {
  const [first, second, third] = segments;
  const bare = (text: string | undefined): string => (text ?? '').replace(SUFFIX, '');
  return (
    first === 'admin' ||
    (first === 'a' && segments.length > 2 && third === 'admin') ||
    (segments.length === 1 && bare(first) === 'secret') ||
    (segments.length === 2 && first === 'files' && bare(second) === 'list')
  );
}

const SUFFIX = /\.(?:json|xml|csv|html?|txt|ya?ml|js|rss|atom|pdf)$/;

const WORDS = ['a', 'admin', 'ADMIN', 'Admin', 'adm', 'in', 'secret', 'secre', 't', 'files', 'list', 'list.json', 'x'];
const DOTS = ['.', '..', '...', '%2e', '%2E%2e', '%252e', '..;', '.json', '.xml', '.HTML', '.txt', '.yml', '.php'];
const SLASHES = [
  '/',
  '/',
  '/',
  '//',
  '%2f',
  '%2F',
  '%5c',
  '\\',
  '%c0%af',
  '%e0%80%af',
  '%ef%bc%8f',
  '\uff0f',
  '%u002f',
];
const MARKS = [
  ...[';', ';v=1', '?', '#', '%3f', '%3F', '%23', '%3fx', '%00', '%0a', '\n', '\t', ' ', '%20', '+', '%2b', '%09'],
  ...['%25', '%252f', '*', '%2A', ',', ':', '@', '&', '=', '~', '%7e', '[', ']', '|', '"', '<', '`', '{', '^', '%'],
  ...[
    '%c3%a9',
    'é',
    '%E2%80%8B',
    '%ef%bd%81',
    'ａ',
    '%EF%BC%85',
    '%c2%a0',
    '%e3%80%80',
    'http://',
    '//h',
    'ſ',
    'K',
    '%c4%b1',
  ],
];

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 4, arbitrary: fc.constantFrom(...SLASHES) },
  { weight: 2, arbitrary: fc.constantFrom(...DOTS) },
  { weight: 3, arbitrary: fc.constantFrom(...MARKS) },
  { weight: 1, arbitrary: fc.nat(255).map((byte) => `%${byte.toString(16).padStart(2, '0')}`) },
);

/** How servers read a path: what docs/policy.md promises to match, one folding after another, and all of them together. */
const READERS: readonly ((decoded: string) => string[])[] = [
  segmentsOf,
  (path) => segmentsOf(path.toLowerCase()),
  (path) => segmentsOf(path.normalize('NFKC').toLowerCase()),
  (path) => segmentsOf(path.toLowerCase()).map(withoutParameters),
  (path) => segmentsOf(path.toLowerCase()).map((segment) => segment.trim()),
  (path) => segmentsOf(path.toLowerCase().replaceAll('+', ' ')).map((segment) => segment.trim()),
  (path) => segmentsOf(path.toLowerCase().replace(/[?#].*$/s, '')),
  (path) =>
    segmentsOf(
      new URL(`http://h${encodeURI(path).replaceAll('?', '%3F').replaceAll('#', '%23')}`).pathname.toLowerCase(),
    ),
  (path) =>
    segmentsOf(
      path
        .normalize('NFKC')
        .toLowerCase()
        .replaceAll('+', ' ')
        .replace(/[?#].*$/s, ''),
    ).map((segment) => withoutParameters(segment).trim()),
];

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function withoutParameters(segment: string): string {
  return segment.split(';', 1)[0] ?? '';
}

/** Random spellings of paths: what the policy allows is read as denied by no server, and goes out as it was judged. */
export const paths: Fuzzer<string> = {
  name: 'paths',
  arbitrary: fc
    .tuple(fc.constantFrom('/', '/', '/', '/', ''), fc.array(piece, { minLength: 1, maxLength: 9 }))
    .map(([start, pieces]) => start + pieces.join('')),
  start: async () => {
    const service = serviceOf(POLICY);
    const compiled = compileService(service);
    let allowed = 0;
    return {
      attempt: async (path) => {
        const request = canonicalise({ service: 'api', method: 'GET', path }, service);
        if (!request.ok || decide(compiled, request.value).verdict !== 'allow') return;
        allowed++;
        const { target } = request.value;
        const [sent = ''] = target.split('?', 1);
        const url = new URL(`http://h${target}`);
        require(url.host === 'h' &&
          url.pathname === sent &&
          url.hash === '', `a URL parser reads ${target} as ${url.href}`);
        require(/^[\x21-\x7e]+$/.test(target), `${JSON.stringify(target)} is not printable ASCII`);
        const decoded = decodeURIComponent(sent);
        for (const [index, read] of READERS.entries()) {
          const segments = read(decoded);
          require(!isDenied(segments), `${target} was allowed, and reader ${index} reads ${JSON.stringify(segments)}`);
        }
      },
      end: async () => `${allowed} were allowed`,
    };
  },
};
