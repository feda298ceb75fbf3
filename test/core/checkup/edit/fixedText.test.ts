import { expect, test } from 'vitest';
import { pinnedText } from '../../../../src/core/checkup/checks/pinnedVersions.ts';
import { RemovalNotPossibleError } from '../../../../src/core/checkup/edit/changedText.ts';
import { fixedText } from '../../../../src/core/checkup/edit/fixedText.ts';
import type { ConfigFile, Finding } from '../../../../src/core/checkup/model/checkupModel.ts';
import { findings, read } from '../support.ts';
import { saidBy } from './support.ts';

type Written = Pick<ConfigFile, 'text' | 'format'>;

/** The pin and the https fix that are offered for a file, each applied to it. */
function fixed(file: Written): readonly string[] {
  return findings([read(file.text, file)]).flatMap((finding: Finding) => {
    const { fix } = finding;
    if (!fix) return [];
    return [fixedText(file, finding, fix, fix.kind === 'https' ? fix.newText : pinnedText(fix, '1.2.3'))];
  });
}

test.each<[string, ConfigFile['format'], string, readonly string[]]>([
  ['JSON', 'jsonc', '{ "mcpServers": { "x": { "command": "npx", "args": ["-y", "pkg"] } } }\n', ['pkg']],
  [
    'JSON with escapes',
    'jsonc',
    '{ "mcpServers": { "x": { "url": "\\u0068ttp://mcp.example.com/\\u00fc" } } }',
    ['http'],
  ],
  ['TOML', 'toml', `[mcp_servers.x]\ncommand = 'npx'\nargs = ['-y', 'pkg'] # c\n`, ['pkg']],
  ['a plain scalar of YAML', 'yaml', 'mcpServers:\n  - name: x\n    command: npx\n    args: [-y, pkg]\n', ['pkg']],
  [
    'a scoped package of YAML',
    'yaml',
    'mcpServers:\n  - name: x\n    command: npx\n    args:\n      - -y\n      - "@acme/pkg"\n',
    ['pkg'],
  ],
  ['an address of YAML', 'yaml', 'mcpServers:\n  - name: x\n    url: http://mcp.example.com/mcp\n', ['http']],
])('a fix changes one text and nothing else: %s', (_what, format, text, kinds) => {
  const results = fixed({ text, format });
  expect(results).toHaveLength(kinds.length);
  for (const after of results) {
    const meant = JSON.stringify(saidBy({ text, format }))
      .replace('pkg"', 'pkg@1.2.3"')
      .replace('"http://', '"https://');
    expect(JSON.stringify(saidBy({ text: after, format }))).toBe(meant);
  }
});

test('a fix of a text that is not there any more is none', () => {
  const text = '{ "mcpServers": {} }';
  expect(() =>
    fixedText({ text, format: 'jsonc' }, { span: { start: 3, end: 9 } }, { span: { start: 4, end: 8 } }, 'x'),
  ).toThrow(RemovalNotPossibleError);
});

test('of a text that is folded no part is changed, as its place in the file is not known', () => {
  const text = 'mcpServers:\n  - name: x\n    url: >-\n      http://mcp.example.com/mcp\n';
  expect(() => fixed({ text, format: 'yaml' })).toThrow(/over several lines/);
});

test('nothing is changed in a file of which a part cannot be read', () => {
  const text = '{ "mcpServers": { "x": { "url": "http://mcp.example.com/mcp" } }';
  const start = text.indexOf('"http');
  const finding = { span: { start, end: text.indexOf('" }') + 1 } };
  const fix = { span: { start: start + 1, end: start + 5 } };
  expect(() => fixedText({ text, format: 'jsonc' }, finding, fix, 'https')).toThrow(/cannot be read/);
});
