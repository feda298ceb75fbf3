import { describe, expect, it } from 'vitest';
import { fixesFor } from '../../../../src/core/policy/editor/fixes.ts';
import { lintPolicy } from '../../../../src/core/policy/lint/lint.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { applyEdits } from '../../../../src/core/text/textEdit.ts';

const file = (url: string): string =>
  `services:\n  dev:\n    baseUrl: ${url}\n    network: loopback\n    auth: { type: bearer }\n    policies: [{ path: /a, methods: [GET] }]\n`;

/** The file after the fix of the warning; undefined without the warning, the same text without a fix. */
function fixed(text: string): string | undefined {
  const found = lintPolicy(parsePolicy(text)).filter(({ code }) => code === 'base-url-localhost');
  expect(found.length).toBeLessThanOrEqual(1);
  const [problem] = found;
  if (!problem) return undefined;
  expect(problem.severity).toBe('warning');
  const [fix] = fixesFor(text, problem);
  return fix ? applyEdits(text, fix.edits) : text;
}

describe('a name of this machine over http', () => {
  it.each([
    ['http://localhost', 'http://127.0.0.1'],
    ['http://localhost:3000', 'http://127.0.0.1:3000'],
    ['HTTP://LOCALHOST:3000/v1', 'http://127.0.0.1:3000/v1'],
    ['http://app.localhost:3000/a/b', 'http://127.0.0.1:3000/a/b'],
    ['http://ip6-localhost:1', 'http://127.0.0.1:1'],
    ['http://localhost.localdomain:1', 'http://127.0.0.1:1'],
    ['http://lvh.me:1', 'http://127.0.0.1:1'],
    ['http://myhost:1', 'http://myhost:1'],
  ])('is warned of, and the fix writes the address: %s', (before, after) => {
    expect(fixed(file(before))).toBe(file(after));
  });

  it.each(['http://127.0.0.1:3000', 'http://[::1]:3000', 'https://localhost:3000'])('is not %s', (url) => {
    expect(fixed(file(url))).toBeUndefined();
  });

  it('is warned of where it is an upstream MCP server or a token endpoint, too', () => {
    const server = 'servers:\n  far: { url: "http://localhost:1/mcp", network: loopback, tools: { allow: [get_*] } }\n';
    expect(fixed(server)).toContain('http://127.0.0.1:1/mcp');
    const auth = '{ type: oauth2, grant: client_credentials, clientId: me, tokenUrl: "http://localhost:1/token" }';
    const text = file('http://127.0.0.1:2').replace('{ type: bearer }', auth);
    expect(fixed(text)).toContain('http://127.0.0.1:1/token');
  });
});
