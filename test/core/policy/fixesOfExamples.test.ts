import { describe, expect, it } from 'vitest';
import { isCollection, parseDocument, stringify, visit } from 'yaml';
import { fixesFor } from '../../../src/core/policy/editor/fixes.ts';
import { lintPolicy } from '../../../src/core/policy/lint/lint.ts';
import { parsePolicy } from '../../../src/core/policy/read/parse.ts';
import type { Problem } from '../../../src/core/text/problem.ts';
import { applyEdits } from '../../../src/core/text/textEdit.ts';
import { english } from '../../support/english.ts';
import { examples, problemsFor, sections, whole } from './documentedExamples.ts';

/** The diagnostics whose documented wrong example has a fix. */
const WITH_FIX = [
  'forbidden-character',
  'yaml-anchor',
  'yaml-directive',
  'duplicate-key',
  'unknown-key',
  'missing-key',
  'wrong-type',
  'unsupported-version',
  'bad-service-name',
  'bad-pattern',
  'unknown-method',
  'unknown-body-type',
  'bad-agent',
  'duplicate-method',
  'approval-on-deny',
  'reserved-header',
  'duplicate-header',
  'administrator-only',
  'base-url-scheme',
  'base-url-cleartext',
  'base-url-localhost',
  'base-url-userinfo',
  'base-url-query',
  'base-url-fragment',
  'base-url-network',
  'bad-command',
  'no-policies',
  'shadowed-rule',
  'unreachable-rule',
  'deny-without-effect',
  'broad-write',
  'write-without-approval',
  'condition-without-effect',
  'body-without-type',
  'limit-without-effect',
  'graphql-without-block',
  'parameter-in-path',
  'unused-rule',
  'unknown-service',
];

/** The same file as another hand would write it; undefined where this file cannot be written so. */
type Layout = (source: string) => string | undefined;

const restyled =
  (flow: boolean): Layout =>
  (source) => {
    const document = parseDocument(source, { uniqueKeys: false });
    if (document.errors.length > 0 || document.warnings.length > 0 || source.startsWith('%')) return undefined;
    visit(document, (_key, node) => {
      if (isCollection(node)) node.flow = flow;
    });
    return document.toString({ lineWidth: 0 });
  };

const LAYOUTS: Readonly<Record<string, Layout>> = {
  'as written': (source) => source,
  'in lines': restyled(false),
  'in braces': restyled(true),
  'with comments': (source) => (/[|>]$/m.test(source) ? undefined : source.replace(/(?<=\S)$/gm, ' # note')),
  'in lines, with comments': (source) => {
    const lines = restyled(false)(source);
    return lines === undefined || /[|>]-?$/m.test(lines) ? undefined : lines.replace(/(?<=\S)$/gm, ' # note');
  },
  'with CR LF': (source) => source.replaceAll('\n', '\r\n'),
  'in lines, with CR LF': (source) => restyled(false)(source)?.replaceAll('\n', '\r\n'),
  'without a last line break': (source) => source.trimEnd(),
  'in lines, without a last line break': (source) => restyled(false)(source)?.trimEnd(),
};

const problemsOf = (source: string): readonly Problem[] => lintPolicy(parsePolicy(source));
/** How many errors of each code there are. */
const errorsOf = (source: string): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { code, severity } of problemsOf(source)) {
    if (severity === 'error') counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return counts;
};

/** Applies each fix of the first problem of a code by itself: the problem goes, and no error comes. How many there were. */
function tryFixes(source: string, code: string): number {
  const problem = problemsFor(code, source).find((one) => one.code === code);
  if (problem === undefined) return 0;
  const same = (text: string): number =>
    problemsFor(code, text).filter((one) => one.code === code && english(one.message) === english(problem.message))
      .length;
  const fixes = fixesFor(source, problem);
  for (const { title, edits } of fixes) {
    const after = applyEdits(source, edits);
    expect(same(after), `${english(title)}:\n${source}\n→\n${after}`).toBe(same(source) - 1);
    const before = errorsOf(source);
    expect(
      [...errorsOf(after)].filter(([one, count]) => count > (before.get(one) ?? 0)),
      `${english(title)}:\n${source}\n→\n${after}`,
    ).toEqual([]);
  }
  return fixes.length;
}

describe('the fixes of the documented examples', () => {
  const codes = [...sections.keys()].filter((code) => examples(code)[0] !== undefined);

  it('are there for each diagnostic with an obvious one', () => {
    const found = codes.filter((code) => tryFixes(whole(examples(code)[0] ?? ''), code) > 0);
    expect(found.sort()).toEqual([...WITH_FIX].sort());
  });

  it.each(Object.keys(LAYOUTS))('mend their problem and break nothing, %s', (name) => {
    const left = WITH_FIX.filter((code) => {
      const source = LAYOUTS[name]?.(whole(examples(code)[0] ?? ''));
      return source === undefined || tryFixes(source, code) === 0;
    });
    // The library does not write a directive as the user does.
    expect(left).toEqual(name.startsWith('in ') ? ['yaml-directive'] : []);
  });
});

describe('the fix of a missing key', () => {
  const SERVICE = {
    baseUrl: 'https://api.example.com',
    auth: { type: 'bearer' },
    policies: [{ path: '/a', methods: ['GET'] }],
  };
  const service = (more: object): object => ({ services: { api: { ...SERVICE, ...more } } });
  const rule = (one: object): object => service({ policies: [one] });
  const test = (one: object): object => ({ ...service({}), tests: [one] });
  const request = { service: 'api', method: 'GET', path: '/a' };
  const auth = (one: object | null): object => service({ auth: one });
  const OAUTH = { type: 'oauth2', grant: 'client_credentials', clientId: 'one' };

  it.each<[string, object]>([
    ['a service that is empty', { services: { api: null } }],
    ['a service in empty braces', { services: { api: {} } }],
    ['a service without baseUrl', { services: { api: { auth: SERVICE.auth, policies: SERVICE.policies } } }],
    ['a service without auth', { services: { api: { baseUrl: SERVICE.baseUrl, policies: SERVICE.policies } } }],
    ['auth that is empty', auth(null)],
    ['auth in empty braces', auth({})],
    ['auth without its type', auth({ name: 'X-Key' })],
    ['auth with a slip in its type', auth({ typ: 'bearer' })],
    ['auth of type header', auth({ type: 'header' })],
    ['auth of type query', auth({ type: 'query' })],
    ['auth of type oauth2', auth(OAUTH)],
    ['auth of type aws-sigv4', auth({ type: 'aws-sigv4', service: 's3' })],
    ['auth of type hmac', auth({ type: 'hmac', name: 'X-Signature' })],
    ['auth of type vscode-session', auth({ type: 'vscode-session', provider: 'github' })],
    ['verify that is empty', service({ verify: null })],
    ['verify without a path', service({ verify: { method: 'HEAD' } })],
    ['a rule without methods', rule({ path: '/a' })],
    ['a rule without a path', rule({ methods: ['GET'] })],
    ['a rule in empty braces', rule({})],
    ['graphql that is empty', rule({ path: '/graphql', methods: ['POST'], graphql: null })],
    ['graphql without operations', rule({ path: '/graphql', methods: ['POST'], graphql: { fields: ['viewer'] } })],
    ['a test without a name', test({ request, expect: 'allow' })],
    ['a test without an expectation', test({ name: 'reads', request })],
    ['a request without a method', test({ name: 'reads', request: { service: 'api', path: '/a' }, expect: 'allow' })],
    ['a request without a path', test({ name: 'reads', request: { service: 'api', method: 'GET' }, expect: 'deny' })],
    [
      'a credential without its name',
      { servers: { crm: { command: 'crm', env: { CRM: { prefix: 'Key ' } }, tools: { allow: ['get_*'] } } } },
    ],
  ])('stands where it is missing: %s', (_name, file) => {
    for (const [name, layout] of Object.entries(LAYOUTS)) {
      const source = layout(stringify(file, { nullStr: '' }));
      if (source === undefined) continue;
      expect(
        problemsOf(source).map(({ code }) => code),
        `${name}:\n${source}`,
      ).toContain('missing-key');
      expect(tryFixes(source, 'missing-key'), `${name}:\n${source}`).toBe(1);
    }
  });
});
