import fc from 'fast-check';
import { OperationTypeNode, parse } from 'graphql';
import { describe, expect, it, test } from 'vitest';
import { compileService, decide } from '../../../../src/core/policy/decide/decide.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { canonicalise } from '../../../../src/core/request/canonicalise.ts';
import type { RequestInput } from '../../../../src/core/request/parts/requestModel.ts';
import { runs } from '../../../support/runs.ts';

/** What is decided about a request for a path that says nothing of GraphQL; `more` is what the rule says besides, `ofService` what the service does. */
function verdict(request: Partial<RequestInput>, more = '', ofService = ''): string {
  const { policy, problems } = parsePolicy(
    `services: { api: { baseUrl: 'https://api.example.com', auth: { type: bearer }, headers: { allow: [x-a] }, ${ofService}policies: [{ path: '/**', methods: [GET, POST]${more} }] } }`,
  );
  const service = policy?.services.get('api');
  if (!service) throw new Error(JSON.stringify(problems));
  const canonical = canonicalise({ service: 'api', method: 'POST', path: '/v2', ...request }, service);
  if (!canonical.ok) return canonical.error.code;
  return decide(compileService(service), canonical.value).verdict;
}

/** Every way in which a server may find a document in a request. */
const DOORS: Readonly<Record<string, (document: string) => Partial<RequestInput>>> = {
  'a JSON body': (query) => ({ json: { query } }),
  'a JSON body in capitals': (query) => ({ json: { Query: query, variables: {} } }),
  'a batch': (query) => ({ json: [{ query: '{ a }' }, { query }] }),
  'a form': (query) => ({ form: { query } }),
  'a form in brackets': (query) => ({ form: { 'query[]': query } }),
  'the query of a POST': (query) => ({ query: { query } }),
  'the query of a GET': (query) => ({ method: 'GET', query: { query } }),
  'a text that is JSON': (query) => ({ text: JSON.stringify({ query }) }),
  'a text that is JSON, twice the same name': (query) => ({
    text: `{"query":"{ a }","query":${JSON.stringify(query)}}`,
  }),
  'a text of JSON lines': (query) => ({ text: `{"a":1}\n${JSON.stringify({ query })}` }),
  'a text that is a form': (query) => ({ text: `a=b&query=${encodeURIComponent(query)}` }),
  'a text': (text) => ({ text }),
  'a JSON body that is the document': (json) => ({ json }),
  'a JSON body that is JSON': (query) => ({ json: JSON.stringify({ query }) }),
  'a JSON body that is a batch of JSON': (query) => ({ json: ['{"query":"{ a }"}', JSON.stringify({ query })] }),
  'a JSON body that is a form': (query) => ({ json: `a=b&query=${encodeURIComponent(query)}` }),
  'a list': (query) => ({ json: { query: [query] } }),
  'a list with something else in it': (query) => ({ json: { query: ['{ a }', 1, query] } }),
  'a batch in a form': (query) => ({ form: { '0[query]': '{ a }', '1[query]': query } }),
  'a batch in an object of a form': (query) => ({ form: { 7: { query } } }),
  'a batch in a form with brackets alone': (query) => ({ form: { '[][query]': query } }),
  'a batch in a form with dots': (query) => ({ form: { '0.query': query } }),
  'a batch in the query': (query) => ({ query: { '[0][query]': query } }),
  'a batch in a text that is a form': (query) => ({ text: `a=b&0%5bquery%5d=${encodeURIComponent(query)}` }),
  'a member `mutation`': (mutation) => ({ json: { mutation } }),
  'a member `document`': (document) => ({ json: [{ Document: document, variables: {} }] }),
  'a member `graphql`': (graphql) => ({ json: { graphql: [graphql] } }),
  'a member `queryString`': (queryString) => ({ json: { queryString } }),
  'a document': (text) => ({ text, headers: { 'content-type': 'application/graphql' } }),
};

const CHANGES = [
  'mutation { productDelete(id: 1) { id } }',
  'mutation Name($id: ID!) @live { a: productDelete(id: $id) { ...f } } fragment f on P { id }',
  '# query\nmutation{a}',
  'query A { a } mutation B { b }',
  'subscription { changed { id } }',
  'fragment f on Mutation { a } mutation { ...f }',
  'mutation{ a }#\r',
  '"""described""" mutation { a }',
  '\ufeff,,,mutation,{,a(text: """ } # """),}',
  'mutation # a\nName # b\n{ a }',
  'mutation#\u2028 no name\n{ a }',
  '# of old\u2028 it was\nmutation{ a }',
  '# of old\u0085 it was\rmutation{ a }',
];

/** No parser of ours reads these, and another one might. */
const UNREADABLE = ['mutation { a(x: 1..2) }', 'mutation($a: [Int!]! = {b: 1}) @skip(if: { a }', 'mutation { a } }'];

const SEARCHES = [
  'is:open label:bug',
  'title:"mutation testing" AND author:ada',
  'SELECT * FROM subscription WHERE id = 4',
  'SELECT ?s WHERE { ?s ?p ?o }',
  'project = X AND text ~ "mutation"',
  'rate(http_requests_total{job="api"}[5m])',
  '{app="web"} |= "error"',
  'subscription',
  'mutation',
  'fields @timestamp | filter @message like /mutation/',
];

/** What APIs take as `query` that knows the words as a part of something else: metrics, labels, variables, tables, classes. */
const OTHER_LANGUAGES = [
  'sum:subscription.active{env:prod}.as_count()',
  'avg:stripe.subscription.created{*} by {plan}',
  'avg:subscription{*}',
  'sum by (subscription) (rate(http_requests_total{job="api"}[5m]))',
  'sum(rate(x{a="b"}[5m])) by (plan, subscription)',
  'rate(mutation:rate5m{a="b"}[1m])',
  'SELECT ?mutation WHERE { ?mutation wdt:P31 wd:Q1 }',
  'SELECT * WHERE { ?s :mutation ?m . { ?m ?p ?o } }',
  "MATCH (m:mutation {name: 'x'}) RETURN m",
  'MATCH (mutation {id: 1}) RETURN mutation',
  `SELECT * FROM subscription WHERE meta @> '{"a":1}'`,
  `UPDATE subscription SET meta = '{}'`,
  `insert into billing.subscription values ('{}')`,
  '.items[] | select(.subscription) | {id}',
  'items[?subscription].{id: id}',
  "*[_type == 'subscription']{_id, title}",
  '*[defined(subscription)]{_id}',
  'subscription:{1 TO 5}',
  'mutation:[* TO *] AND size:{1 TO *}',
  '.subscription { color: red }',
  '/mutation{2,3}/',
  'src/mutation/{a,b}.ts',
  'const mutation = useMutation({})',
  'How does a mutation of BRCA1 affect {protein}?',
  'subscription-plan {id}',
];
const TEXTS = [
  'What does a mutation do?',
  'Cancel my subscription, please.',
  'Explain { query } to me.',
  '{ "a": 1 } and then a subscription',
  'if (x) { return } // a mutation',
  'Bug: the "mutation { a }" of our docs fails',
  'body { color: red }',
  'Steps:\n1. run\n2. see a mutation',
  'query { viewer { id } }',
  'Dear {name}, your subscription ends.',
];
const FRAMES: readonly ((text: string) => string)[] = [(text) => text, (text) => `${text}\n\nThanks, Ada`];

/** Two hundred texts that people search for, ask a model about, and write into issues. */
const HARMLESS = SEARCHES.flatMap((search) => TEXTS.flatMap((text) => FRAMES.map((frame) => [search, frame(text)])));

describe('a GraphQL document that may change something', () => {
  describe.each(Object.entries(DOORS))('in %s', (_door, request) => {
    test.each(CHANGES)('is denied without a `graphql` block: %s', (document) => {
      expect(verdict(request(document))).toBe('deny');
    });

    test.each(CHANGES)('passes where the rule says that this is no GraphQL: %s', (document) => {
      expect(verdict(request(document), ', graphql: false')).toBe('allow');
    });

    test('passes as a query', () => {
      expect(verdict(request('query { viewer { id } }'))).toBe('allow');
    });
  });

  test.each(Object.entries(DOORS).filter(([door]) => door !== 'a text'))(
    'counts where it cannot be read, in %s',
    (_, request) => {
      for (const document of UNREADABLE) expect(verdict(request(document)), document).toBe('deny');
    },
  );

  it('is allowed by a rule for it', () => {
    expect(verdict({ json: { query: 'mutation { a }' } }, ', graphql: { operations: [mutation] }')).toBe('allow');
    expect(verdict({ json: { query: 'mutation { b }' } }, ', graphql: { operations: [mutation], fields: [a] }')).toBe(
      'deny',
    );
  });

  it('counts with more names, and deeper, than are read', () => {
    for (const document of [`mutation{${'a '.repeat(12_000)}}`, `mutation${'{a'.repeat(70)}${'}'.repeat(70)}`]) {
      expect(verdict({ text: document })).toBe('deny');
      expect(verdict({ json: { query: document } })).toBe('deny');
    }
  });

  it('counts in a body that is too large to be taken apart', () => {
    const json = { query: 'mutation { a }', filler: 'x'.repeat(1024 * 1024) };
    expect(verdict({ json }, '', 'limits: { requestBytes: 4MiB }, ')).toBe('deny');
    expect(verdict({ json: { ...json, query: '{ a }' } }, '', 'limits: { requestBytes: 4MiB }, ')).toBe('allow');
  });

  it('is not seen in what stands elsewhere in a body', () => {
    const text = 'mutation { a }';
    expect(verdict({ json: { title: text, body: { query: 1, deep: { query: text } } } })).toBe('allow');
    expect(verdict({ form: { title: text } })).toBe('allow');
  });
});

test('two hundred searches, prompts and issues pass', () => {
  expect(HARMLESS).toHaveLength(200);
  for (const [search = '', text = ''] of HARMLESS) {
    for (const query of [search, text.replaceAll('"mutation { a }"', '`mutation`')]) {
      expect(verdict({ json: { query, top: 5 } }), query).toBe('allow');
      expect(verdict({ form: { query } }), query).toBe('allow');
      expect(verdict({ method: 'GET', query: { query } }), query).toBe('allow');
    }
    expect(verdict({ json: { prompt: text, messages: [{ role: 'user', content: text }] } }), text).toBe('allow');
    expect(verdict({ text }), text).toBe('allow');
  }
});

test('two hundred searches, prompts and issues pass by whatever name', () => {
  for (const [search = '', text = ''] of HARMLESS) {
    for (const one of [search, text]) {
      const named = { mutation: one, document: one, graphql: one, query_string: [one, 'b'], queryString: one };
      expect(verdict({ json: named }), one).toBe('allow');
      expect(verdict({ json: [named] }), one).toBe('allow');
      expect(verdict({ json: one }), one).toBe('allow');
      expect(verdict({ json: [one, text] }), one).toBe('allow');
    }
    expect(verdict({ json: { query: [search, 'b'] } }), search).toBe('allow');
    expect(verdict({ form: { '0[query]': search } }), search).toBe('allow');
  }
});

test('a document that a list holds in pieces is denied', () => {
  expect(verdict({ json: { query: ['mutation', '{ a }'] } })).toBe('deny');
  expect(verdict({ json: { query: ['query A { a }', 'mutation B', '{ b }'] } })).toBe('deny');
});

test('members and texts without end are looked through for the word alone', () => {
  for (const json of [
    Array.from({ length: 5000 }, () => ({ query: 'subscription' })),
    Array.from({ length: 5000 }, () => '\\ subscription'),
  ]) {
    expect(verdict({ json })).toBe('allow');
    expect(verdict({ json: [...json, { query: 'mutation { a }' }] })).toBe('deny');
    expect(verdict({ json: [...json, 'mutation { a }'] })).toBe('deny');
  }
});

test.each(OTHER_LANGUAGES)('what is no GraphQL passes as a `query`: %s', (query) => {
  expect(verdict({ json: { query } })).toBe('allow');
  expect(verdict({ form: { query } })).toBe('allow');
  expect(verdict({ method: 'GET', query: { query } })).toBe('allow');
  expect(verdict({ text: query })).toBe('allow');
});

/** Fields of a text as lenient servers find them; `filler` makes it too large to be taken apart. */
const LOOSE: Readonly<Record<string, (document: string, filler: string) => string>> = {
  'a form with a broken escape': (query, filler) => `a=%${filler}&query=${encodeURIComponent(query)}`,
  'a form with bytes that are no UTF-8': (query, filler) => `a=%ff${filler}&query=${query}`,
  'a form of semicolons': (query, filler) => `a=b${filler};query=${query}`,
  'JSON with escapes': (query, filler) => `{"a":"${filler}","query":"\\n${query.replace('m', '\\u006d')}"}`,
  'an escaped form': (query, filler) => `a=${filler}&query=${query.replace('m', '%6D').replaceAll(' ', '+')}`,
};

describe.each(Object.entries(LOOSE))('a text that is %s', (_door, textOf) => {
  it.each(['', 'x'.repeat(70_000)])('holds its document', (filler) => {
    expect(verdict({ text: textOf('mutation { a }', filler) })).toBe('deny');
    // In a text that is too long to be taken apart an escaped letter counts by itself: no program writes one so.
    const harmless = textOf('query { mutation }', filler);
    expect(verdict({ text: harmless })).toBe(filler !== '' && /\\u00[67]/.test(harmless) ? 'deny' : 'allow');
  });
});

test.each([
  'mutation\ufeff{ a }',
  'mutation Name\ufeff{ a }',
  'mutation \ufeff@d { a }',
  '# of old\u2028mutation { a }',
  '# of old\u2029mutation { a }',
  '# of old\u0085mutation { a }',
])('a text with an escaped form holds its document, whatever blanks and line ends are in it: %j', (document) => {
  for (const filler of ['', 'x'.repeat(70_000)]) {
    expect(verdict({ text: `a=b${filler}&query=${encodeURIComponent(document)}` })).toBe('deny');
    expect(verdict({ text: `a=b${filler}&query=${encodeURIComponent(document).toLowerCase()}` })).toBe('deny');
  }
});

test.each([
  'mutation\\n{ a }',
  'mutation Name\\r\\n{ a }',
  'mutation Name \\n\\t(v: 1) { a }',
  'mutation\\ufeff{ a }',
  'mutation\\u000a{ a }',
  'mutation\\u007b a }',
  'mutation M \\u0028v: 1) { a }',
  'mutation\\u0020M { a }',
  'mutation \\u004d { a }',
  'mutation M\\u0031 { a }',
  'mutation \\u005fM { a }',
])(
  'a text of JSON that is too long to be taken apart holds its document, whatever is escaped in it: %s',
  (document) => {
    for (const filler of ['', 'x'.repeat(70_000)]) {
      expect(verdict({ text: `{"a":"${filler}","query":"${document}"}` })).toBe('deny');
    }
  },
);

test('a text of more fields than are parsed one by one holds its document', () => {
  const fields = 'query={mutation;'.repeat(2000);
  expect(verdict({ text: `${fields}query=mutation { a }` })).toBe('deny');
  expect(verdict({ text: fields })).toBe('allow');
});

/** Documents, nearly documents, and rubbish, of the pieces that matter. */
const texts = fc
  .array(
    fc.constantFrom(
      ...[
        'mutation',
        'subscription',
        'query',
        'Name',
        '{',
        '}',
        '{ a }',
        '{ a { b } }',
        '(x: 1)',
        '($v: Int)',
        '"',
        '"""',
      ],
      ...[
        '# comment\n',
        '#',
        '\n',
        '\r',
        ' ',
        ',',
        '\\',
        '\ufeff',
        '...f',
        'fragment f on T',
        '@d',
        '"mutation {"',
        '\u2028',
        '# x\u2028 y z\n',
      ],
    ),
    { maxLength: 14 },
  )
  .map((pieces) => pieces.join(''));

test('nothing that graphql-js reads as a change passes by any door', () => {
  fc.assert(
    fc.property(texts, fc.constantFrom(...Object.values(DOORS)), (text, door) => {
      if (!changes(text)) return;
      expect(verdict(door(text))).not.toBe('allow');
    }),
    { numRuns: runs(5000) },
  );
  expect(changes('mutation Name{ a }')).toBe(true);
});

function changes(text: string): boolean {
  try {
    return parse(text).definitions.some(
      (one) => one.kind === 'OperationDefinition' && one.operation !== OperationTypeNode.QUERY,
    );
  } catch {
    return false;
  }
}
