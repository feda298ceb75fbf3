import { describe, expect, it } from 'vitest';
import { RemovalNotPossibleError } from '../../../../src/core/checkup/edit/changedText.ts';
import { type SecretRemoval, supportsInputs, withoutSecrets } from '../../../../src/core/checkup/edit/secretRemoval.ts';
import type { ClientName, ConfigFile, Finding, SecretPlace } from '../../../../src/core/checkup/model/checkupModel.ts';
import type { ConfigNode } from '../../../../src/core/checkup/read/configNode.ts';
import { parseConfig } from '../../../../src/core/checkup/read/readConfig.ts';
import { phrase } from '../../../../src/core/text/phrase.ts';

/** A finding about the text `value` in what stands at a pointer. */
function finding(
  text: string,
  key: string,
  value: string,
  place: Partial<SecretPlace> = {},
  format: ConfigFile['format'] = 'jsonc',
): Finding {
  const parsed = parseConfig({ text, format });
  const root = 'root' in parsed ? parsed.root : undefined;
  // Of duplicates the first, which is not the one that a parser takes.
  const node = key
    .split('/')
    .slice(1)
    .reduce<ConfigNode | undefined>((at, name) => {
      if (at?.kind === 'list') return at.items[Number(name)];
      return at?.kind === 'map' ? at.entries.find((entry) => entry.name === name)?.value : undefined;
    }, root);
  if (node?.kind !== 'text') throw new Error('there is no text at the pointer');
  const start = node.value.indexOf(value);
  const at = { line: 1, column: 1 };
  const within = { start, end: start + value.length };
  return {
    check: 1,
    severity: 'error',
    file: 'mcp.json',
    span: node.span,
    start: at,
    end: at,
    server: key.split('/')[2] ?? '',
    key,
    code: 'plain-secret',
    message: phrase``,
    secret: { kind: 'token', where: 'env', valueSpan: node.span, within, ...place },
  };
}

function file(text: string, client: ClientName = 'vscode', format: ConfigFile['format'] = 'jsonc'): ConfigFile {
  return { path: 'mcp.json', client, format, text, scope: 'user' };
}

const TEXT = `{
  // what I use
  "servers": {
    "github": { // the first
      "command": "npx",
      "env": { "GITHUB_TOKEN": "first-value", "DEBUG": "1" }
    },
    "stripe": {
      "url": "https://mcp.example/sse?key=second-value",
      "headers": {
        "Authorization": "Bearer third-value"
      },
    },
    /* and the last */
    "other": { "command": "node", "args": ["--token", "fourth-value"] }
  }
}
`;
const FIRST = finding(TEXT, '/servers/github/env/GITHUB_TOKEN', 'first-value', { name: 'GITHUB_TOKEN' });
const SECOND = finding(TEXT, '/servers/stripe/url', 'second-value', { where: 'url' });
const THIRD = finding(TEXT, '/servers/stripe/headers/Authorization', 'third-value', {
  where: 'header',
  name: 'Authorization',
});
const FOURTH = finding(TEXT, '/servers/other/args/1', 'fourth-value', { where: 'arg' });

function without(...removals: SecretRemoval[]): string {
  return withoutSecrets(file(TEXT), removals);
}

describe('a secret is taken out of a file', () => {
  it('as a variable with its name, and everything else stays by a character', () => {
    expect(without({ kind: 'value', finding: FIRST })).toBe(TEXT.replace('"GITHUB_TOKEN": "first-value", ', ''));
  });

  it('as the only header, lines and all', () => {
    expect(without({ kind: 'value', finding: THIRD })).toBe(
      TEXT.replace('        "Authorization": "Bearer third-value"\n', ''),
    );
  });

  it('out of a variable that holds more than the secret', () => {
    const source = '{ "servers": { "a": { "env": { "OPTIONS": "--token=some-value --fast" } } } }';
    const inside = finding(source, '/servers/a/env/OPTIONS', 'some-value');
    expect(withoutSecrets(file(source), [{ kind: 'value', finding: inside }])).toContain('"OPTIONS": "--fast"');
  });

  it('with the name that it is the value of, whose rest stays', () => {
    const text = without({ kind: 'value', finding: SECOND }, { kind: 'value', finding: FOURTH });
    expect(text).toContain('"https://mcp.example/sse"');
    expect(text).toContain('"args": []');
  });

  it('with its server, whose comma and comment go along', () => {
    expect(without({ kind: 'server', pointer: '/servers/github' })).not.toMatch(/github|first/);
    const last = without({ kind: 'server', pointer: '/servers/other' });
    expect(last).not.toContain('fourth-value');
    expect(JSON.parse(last.replaceAll(/\/\/ .*|\/\*.*?\*\//g, '').replaceAll(/,(\s*})/g, '$1'))).toHaveProperty(
      'servers.stripe',
    );
  });

  it('with all servers at once, and leaves valid JSON', () => {
    const text = without(
      ...['github', 'stripe', 'other'].map((name) => ({ kind: 'server', pointer: `/servers/${name}` }) as const),
    );
    expect(text).not.toMatch(/-value/);
    expect(JSON.parse(text.replaceAll(/\/\/.*|\/\*.*?\*\//g, ''))).toEqual({ servers: {} });
  });

  it('for a question that VS Code asks, however many secrets ask it', () => {
    const text = without({ kind: 'input', finding: FIRST }, { kind: 'input', finding: THIRD });
    const parsed = JSON.parse(text.replaceAll(/\/\/ .*|\/\*.*?\*\//g, '').replaceAll(/,(\s*})/g, '$1'));
    expect(parsed.servers.github.env.GITHUB_TOKEN).toBe(`\${input:github-github-token}`);
    expect(parsed.servers.stripe.headers.Authorization).toBe(`Bearer \${input:stripe-authorization}`);
    expect(parsed.inputs).toEqual([
      { type: 'promptString', id: 'github-github-token', description: 'GITHUB_TOKEN (github)', password: true },
      { type: 'promptString', id: 'stripe-authorization', description: 'Authorization (stripe)', password: true },
    ]);
    expect(text).not.toMatch(/first-value|third-value/);
    expect(text).toContain('// what I use');
  });

  it('beside inputs that are there, under an id that is free', () => {
    const source = `{\n  "inputs": [\n    { "id": "a-key", "type": "promptString" }\n  ],\n  "servers": { "a": { "env": { "KEY": "some-value" } } }\n}\n`;
    const text = withoutSecrets(file(source), [
      { kind: 'input', finding: finding(source, '/servers/a/env/KEY', 'some-value', { name: 'KEY' }) },
    ]);
    expect(JSON.parse(text).inputs.map(({ id }: { id: string }) => id)).toEqual(['a-key', 'a-key-2']);
    expect(JSON.parse(text).servers.a.env.KEY).toBe(`\${input:a-key-2}`);
  });

  it('of a text with a byte order mark and CR LF', () => {
    const source = `\u{feff}{\r\n  "servers": {\r\n    "a": {\r\n      "env": {\r\n        "ONE": "some-value",\r\n        "TWO": "2"\r\n      }\r\n    }\r\n  }\r\n}\r\n`;
    const text = withoutSecrets(file(source), [
      { kind: 'value', finding: finding(source, '/servers/a/env/ONE', 'some-value') },
    ]);
    expect(text).toBe(source.replace('        "ONE": "some-value",\r\n', ''));
  });

  it('or not at all, when the entry is not there', () => {
    expect(() => without({ kind: 'server', pointer: '/servers/gone' })).toThrow(RemovalNotPossibleError);
  });

  const TWO_SERVERS = '{ "servers": { "a": { "env": { "T": "the-secret" } }, "a": { "env": {} } } }';
  const TWO_VARIABLES = '{ "servers": { "a": { "env": { "T": "the-secret", "T": "x" } } } }';
  it.each([
    ['value', TWO_SERVERS],
    ['input', TWO_SERVERS],
    ['value', TWO_VARIABLES],
    ['input', TWO_VARIABLES],
  ] as const)(
    'or not at all, when two entries have the same name and the other one might go: %s of %s',
    (kind, text) => {
      const removal = { kind, finding: finding(text, '/servers/a/env/T', 'the-secret') };
      expect(() => withoutSecrets(file(text), [removal])).toThrow(/same name/);
    },
  );

  it('with no server but the one that has it', () => {
    expect(() => withoutSecrets(file(TWO_SERVERS), [{ kind: 'server', pointer: '/servers/a' }])).toThrow(/same name/);
    expect(withoutSecrets(file(TWO_VARIABLES), [{ kind: 'server', pointer: '/servers/a' }])).not.toContain(
      'the-secret',
    );
  });
});

describe('VS Code can ask for a value', () => {
  it.each([
    ['vscode', '/servers/a/env/KEY', true],
    ['vscode', '/mcp/servers/a/env/KEY', true],
    ['vscode', '/inputs/0/default', false],
    ['cursor', '/mcpServers/a/env/KEY', false],
  ] as const)('in a file of %s, at %s: %s', (client, key, supported) => {
    expect(supportsInputs({ ...file('{}', client), path: '/w/.vscode/mcp.json' }, { ...FIRST, key })).toBe(supported);
  });
});

describe('what a secret in a command line in one text takes along', () => {
  it.each([
    // A declaration without its variable would print all of them, on the server's own output.
    ['export TOKEN=S && npx x', 'npx x'],
    ['export TOKEN="S" && npx x', 'npx x'],
    ['export TOKEN=S; npx x', 'npx x'],
    ['export TOKEN=S\nnpx x', 'npx x'],
    ['cd /a && export TOKEN=S && npx x', 'cd /a && npx x'],
    ['declare -x TOKEN=S && npx x', 'npx x'],
    ['set TOKEN=S && npx x', 'npx x'],
    ['set TOKEN=S&& npx x', 'npx x'],
    ['SET TOKEN=S&&npx x', 'npx x'],
    ['export A=1 TOKEN=S && npx x', 'export A=1 && npx x'],
    ['export TOKEN=S A=1 && npx x', 'export A=1 && npx x'],
    ['npx x; export TOKEN=S', 'npx x; export TOKEN='],
    ['export TOKEN=S | cat', 'export TOKEN= | cat'],
    // An option without its variable would take the next word.
    ['docker run -i -e TOKEN=S img', 'docker run -i img'],
    ['docker run -i --env TOKEN=S img', 'docker run -i img'],
    ["docker run -i -e TOKEN='S' img", 'docker run -i img'],
    ['docker run -i --env=TOKEN=S img', 'docker run -i img'],
    ['docker run --privileged --env=TOKEN=S img', 'docker run --privileged img'],
    ['npx x --all --token=S', 'npx x --all'],
    ['npx -y x --token "S" --more', 'npx -y x --more'],
    ['npx x --header "X-Api-Key: S" --more', 'npx x --more'],
    ["npx x -H 'Authorization: Bearer S'", 'npx x'],
    // These stand for themselves.
    ['npx -y TOKEN=S x', 'npx -y x'],
    ['env TOKEN=S npx x', 'env npx x'],
    ['TOKEN="S" npx x', 'npx x'],
    ['{"token": "S"}', '{"token": ""}'],
    ["host=h password='S' dbname=x", 'host=h dbname=x'],
    ['Server=h;Password=S;Encrypt=true', 'Server=h;Encrypt=true'],
  ])('%j becomes %j', (line, expected) => {
    const text = JSON.stringify({
      servers: { x: { command: 'bash', args: ['-c', line.replace(/(?<=\W)S(?=\W|$)/, 'a-secret-value')] } },
    });
    const found = finding(text, '/servers/x/args/1', 'a-secret-value', { where: 'arg' });
    const after = withoutSecrets(file(text), [{ kind: 'value', finding: found }]);
    expect(JSON.parse(after).servers.x.args).toEqual(['-c', expected]);
  });

  it.each([
    '-pS',
    '--token="S"',
    "--token='S'",
    '--auth=user:S',
    '--header=X-Api-Key:S',
    '--header=Authorization: Bearer S',
    '/token:S',
    '/token=S',
  ])('%j goes as a word of its own', (word) => {
    const args = ['-uroot', word.replace('S', 'a-secret-value'), 'shop'];
    const text = JSON.stringify({ servers: { x: { command: 'mysql', args } } });
    const found = finding(text, '/servers/x/args/1', 'a-secret-value', { where: 'arg' });
    const after = withoutSecrets(file(text), [{ kind: 'value', finding: found }]);
    expect(JSON.parse(after).servers.x.args).toEqual(['-uroot', 'shop']);
  });
});
