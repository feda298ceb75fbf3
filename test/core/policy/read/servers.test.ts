import { describe, expect, it } from 'vitest';
import { printServer } from '../../../../src/core/policy/compare/printServer.ts';
import { credentialsOf, destinationOf } from '../../../../src/core/policy/compare/serverDestination.ts';
import { decideTool } from '../../../../src/core/policy/decide/decideTool.ts';
import { runPolicyTests } from '../../../../src/core/policy/lint/policyTests.ts';
import { parsePolicy, serverLiterals } from '../../../../src/core/policy/read/parse.ts';
import { referenceText } from '../../../../src/core/policy/read/serverLiteral.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { inEnglish } from '../../../../src/core/text/phrase.ts';
import { applyEdits } from '../../../../src/core/text/textEdit.ts';
import { serverOf, serverText } from './serverFixtures.ts';

const GITHUB = `servers:
  github-mcp:
    description: Issues and pull requests
    command: npx
    args: [-y, "some-github-server@1.4.0"]
    env:
      GITHUB_TOKEN: { credential: github-mcp }
      GITHUB_HOST: github.example
    tools:
      allow: [get_*, list_*]
      ask: [create_issue]
      deny: ["*_secret*"]
    limits: { requests: 60/minute, timeout: 20s }
`;
const key = ['gh', 'p_A1b2C3d4E5f6G7h8'].join('');

function codes(servers: unknown, services: unknown = {}): string[] {
  return parsePolicy(JSON.stringify({ services, servers })).problems.map(({ code }) => code);
}

describe('a server in a policy', () => {
  it('is read with everything that it says', () => {
    const server = serverOf(GITHUB);
    expect(server).toMatchObject({
      name: 'github-mcp',
      run: { by: 'command', command: 'npx', args: ['-y', 'some-github-server@1.4.0'] },
      limits: { requests: { count: 60, per: 'minute' }, timeoutMs: 20_000 },
      line: 2,
    });
    expect(server.variables).toEqual([
      { name: 'GITHUB_TOKEN', value: { from: 'credential', credential: 'github-mcp', prefix: '' } },
      { name: 'GITHUB_HOST', value: { from: 'literal', text: 'github.example' } },
    ]);
    expect(parsePolicy(GITHUB).problems).toEqual([]);
  });

  it('is printed so that reading it gives the same server', () => {
    const server = serverOf(GITHUB);
    const again = serverOf(`servers:\n${printServer(server)}`);
    expect(printServer(again)).toBe(printServer(server));
    expect(again.tools.deny.map(({ text }) => text)).toEqual(['*_secret*']);
  });

  it('binds its credential to the command line and the plain variables', () => {
    expect(credentialsOf(serverOf(GITHUB))).toEqual([
      {
        credential: 'github-mcp',
        origin: 'GITHUB_HOST=github.example npx -y some-github-server@1.4.0',
        placement: 'env:GITHUB_TOKEN',
      },
    ]);
    const moved = serverOf(GITHUB.replace('github.example', 'evil.example'));
    expect(destinationOf(moved)).not.toBe(destinationOf(serverOf(GITHUB)));
    expect(destinationOf({ run: { by: 'command', command: 'a', args: ['b c'] }, variables: [] })).not.toBe(
      destinationOf({ run: { by: 'command', command: 'a', args: ['b', 'c'] }, variables: [] }),
    );
  });

  it('may be reached by a URL, with a prefix before the credential', () => {
    const server = serverOf(
      JSON.stringify({
        servers: {
          crm: {
            url: 'https://mcp.example.com/mcp',
            headers: { Authorization: { credential: 'crm', prefix: 'Bearer ' }, 'X-Mode': 'plain' },
            tools: { allow: ['*'] },
          },
        },
      }),
    );
    expect(server.run).toMatchObject({ by: 'url', baseUrl: { origin: 'https://mcp.example.com', prefix: '/mcp' } });
    expect(credentialsOf(server)).toEqual([
      { credential: 'crm', origin: 'https://mcp.example.com', placement: 'header:authorization:"Bearer "' },
    ]);
  });

  it.each<[string, Record<string, unknown>, string[]]>([
    ['no command', { tools: { allow: ['a'] } }, ['command-or-url']],
    ['both', { command: 'a', url: 'https://a.example', tools: { allow: ['a'] } }, ['command-or-url']],
    ['headers of a command', { command: 'a', headers: {}, tools: { allow: ['a'] } }, ['command-or-url']],
    ['a shell line', { command: 'npx -y a@1.0.0', tools: { allow: ['a'] } }, ['bad-command']],
    ['a relative path', { command: './a', tools: { allow: ['a'] } }, ['bad-command']],
    ['a literal token', { command: 'a', env: { TOKEN: 'abc' }, tools: { allow: ['a'] } }, ['literal-credential']],
    ['a token by its shape', { command: 'a', env: { MODE: key }, tools: { allow: ['a'] } }, ['literal-credential']],
    ['a token in args', { command: 'a', args: ['--token', 'abc'], tools: { allow: ['a'] } }, ['literal-credential']],
    ['a token after =', { command: 'a', args: ['--api-key=abc'], tools: { allow: ['a'] } }, ['literal-credential']],
    ['a password in a URL', { command: 'a', args: ['pg://u:p@h/d'], tools: { allow: ['a'] } }, ['literal-credential']],
    ['NODE_OPTIONS', { command: 'a', env: { NODE_OPTIONS: '-r x' }, tools: { allow: ['a'] } }, ['bad-variable-name']],
    [
      'a value as name',
      { command: 'a', env: { T: { credential: key } }, tools: { allow: ['a'] } },
      ['bad-credential-name'],
    ],
    ['no tools', { command: 'a' }, ['no-tools']],
    ['a bad pattern', { command: 'a', tools: { allow: ['a b', 'x'] } }, ['bad-tool-pattern']],
    ['two stars', { command: 'a', tools: { allow: ['a**', 'x'] } }, ['bad-tool-pattern']],
    ['an unpinned package', { command: 'npx', args: ['-y', 'pkg'], tools: { allow: ['a'] } }, ['unpinned-package']],
    ['a pinned package', { command: 'npx', args: ['-y', 'pkg@1.2.3'], tools: { allow: ['a'] } }, []],
    [
      'a header of ours',
      { url: 'https://a.example', headers: { Host: 'x' }, tools: { allow: ['a'] } },
      ['reserved-header'],
    ],
    ['plain http', { url: 'http://a.example', tools: { allow: ['a'] } }, ['base-url-cleartext']],
    ['an unknown key', { command: 'a', tool: { allow: ['a'] } }, ['unknown-key', 'no-tools']],
  ])('with %s gets %s', (_what, server, expected) => {
    expect(codes({ files: server }).sort()).toEqual([...expected].sort());
  });

  it('shares one name space with services, and no credential with anything', () => {
    const files = { command: 'a', tools: { allow: ['a'] } };
    const api = {
      baseUrl: 'https://a.example',
      auth: { type: 'bearer' },
      policies: [{ path: '/a', methods: ['GET'] }],
    };
    expect(codes({ api: files }, { api })).toEqual(['duplicate-name']);
    const uses = (credential: string): object => ({ ...files, env: { T: { credential } } });
    expect(codes({ files: uses('api') }, { api })).toEqual(['shared-credential']);
    expect(codes({ one: uses('x'), two: uses('x') })).toEqual(['shared-credential']);
    expect(codes({ 'valet-key': files })).toEqual(['bad-server-name']);
  });
});

describe('a tool', () => {
  const server = serverOf(serverText({ allow: ['get_*', 'delete'], ask: ['create_*'], deny: ['*secret*', 'delete*'] }));
  it.each([
    ['get_issue', 'allow'],
    ['get_', 'deny'],
    ['Get_issue', 'deny'],
    ['create_issue', 'ask'],
    ['CREATE_issue', 'deny'],
    ['get_secret', 'deny'],
    ['get_SECRETS', 'deny'],
    ['delete', 'deny'],
    ['other', 'deny'],
    ['', 'deny'],
  ])('%s: %s', (tool, verdict) => {
    expect(decideTool(server, tool).verdict).toBe(verdict);
  });

  it('asks where both allow and ask name it, whatever the case', () => {
    const both = serverOf(serverText({ allow: ['*'], ask: ['create*'] }));
    expect(decideTool(both, 'Create').verdict).toBe('ask');
    expect(decideTool(both, 'get').verdict).toBe('allow');
  });
});

describe('a literal credential of a server', () => {
  const token = ['gh', 'p_', 'Zx8Qw3Er5Ty7Ui9Op1Kx7Qw3Er5Ty7Ui9Op1'].join('');
  const block = (kind: string, line: string): string =>
    kind === 'env'
      ? `servers:\n  gh:\n    command: node\n    tools: { allow: [get_*] }\n    env:\n      ${line}\n`
      : `servers:\n  gh:\n    url: https://mcp.example.com/mcp\n    tools: { allow: [get_*] }\n    headers: { ${line} }\n`;

  it.each([
    ['env', `GITHUB_TOKEN: ${token}`, 'GITHUB_TOKEN: { credential: gh }'],
    ['env', `GITHUB_TOKEN: "${token}" # mine`, 'GITHUB_TOKEN: { credential: gh } # mine'],
    ['headers', `authorization: "Bearer ${token}"`, 'authorization: { credential: gh, prefix: "Bearer " }'],
    ['headers', `x-api-key: '${token}'`, 'x-api-key: { credential: gh }'],
  ])('in %s as %s gives way to a reference', (kind, line, wanted) => {
    const text = block(kind, line);
    expect(parsePolicy(text).problems.map(({ code }) => code)).toEqual(['literal-credential']);
    const [literal, ...more] = serverLiterals(text);
    if (literal === undefined) throw new Error('not found');
    expect(more).toEqual([]);
    expect(literal.value?.equals(new Secret(token))).toBe(true);
    expect(JSON.stringify(literal)).not.toContain(token);
    const after = applyEdits(text, [{ span: literal.valueSpan, newText: referenceText(literal, 'gh') }]);
    expect(after).toBe(block(kind, wanted));
    expect(parsePolicy(after).problems).toEqual([]);
  });
});

describe('tests of tools', () => {
  const withTest = (request: string, expected: string): string =>
    `${GITHUB}tests:\n  - { name: a, request: ${request}, expect: ${expected} }\n`;
  const results = (text: string) => {
    const { policy, problems } = parsePolicy(text);
    if (!policy) throw new Error(problems[0] && inEnglish(problems[0].message));
    return runPolicyTests(policy).map(({ got, ok }) => [got, ok]);
  };

  it.each([
    ['{ server: github-mcp, tool: get_issue }', 'allow', 'allow'],
    ['{ server: github-mcp, tool: create_issue }', 'ask', 'ask'],
    ['{ server: github-mcp, tool: create_issue }', 'allow', 'ask'],
    ['{ server: github-mcp, tool: delete_repository }', 'deny', 'deny'],
    // Not in this file: a deny would prove nothing.
    ['{ server: gitlab, tool: get_issue }', 'deny', 'invalid'],
    ['{ service: github-mcp, method: GET, path: /a }', 'deny', 'invalid'],
  ])('%s is expected to be %s, and is %s', (request, expected, got) => {
    expect(results(withTest(request, expected))).toEqual([[got, got === expected]]);
  });

  it.each([
    ['{ server: github-mcp }', 'missing-key'],
    ['{ tool: get_issue }', 'missing-key'],
    ['{ server: github-mcp, tool: get_issue, path: /x }', 'unknown-key'],
    ['{ server: github-mcp, tool: [get_issue] }', 'wrong-type'],
  ])('%s is %s', (request, code) => {
    expect(parsePolicy(withTest(request, 'allow')).problems.map((problem) => problem.code)).toEqual([code]);
  });
});
