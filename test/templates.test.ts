import { expect, test } from 'vitest';
import { templatesOf } from './support/templates.ts';

test('the templates of a source are what its phrases and its calls of l10n.t say', () => {
  const source = `phrase\`It’s \${x} of \${[1]}.\`; l10n.t('A \\'b\\' {0}', a); vscode.l10n.t('C'); t('no'); other\`no\`;`;
  expect(templatesOf('a.ts', source)).toEqual(['It’s {0} of {1}.', "A 'b' {0}", 'C']);
});

test('gaps alone need no translator', () => {
  const source = `phrase\`\${a} \${b}\`; phrase\`\`; phrase\`\${a}: \${b}\``;
  expect(templatesOf('a.ts', source)).toEqual(['{0}: {1}']);
});

test.each(['l10n.t(words)', `l10n.t(\`a \${b}\`)`, "vscode.l10n.t('a' + b)", `phrase\`a{3} \${b}\``])(
  'what nobody could translate is an error: %s',
  (source) => {
    expect(() => templatesOf('a.ts', source)).toThrow('a.ts');
  },
);
