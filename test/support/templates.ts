import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Expression, parseSync, type TemplateLiteral, Visitor } from 'oxc-parser';

/** The one file that hands VS Code templates which stand elsewhere. */
const WORDING = 'extension/util/localized.ts';

/** Every template that people read, in order: what the extension says itself, and the phrases of the rest. */
export function templatesBelow(source: string): readonly string[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && file !== WORDING);
  const found = files.flatMap((file) => templatesOf(file, readFileSync(path.join(source, file), 'utf8')));
  return [...new Set(found)].sort();
}

/** Throws at a text that nobody could translate: one that is put together, or whose words look like a gap. */
export function templatesOf(file: string, text: string): readonly string[] {
  const { program, errors } = parseSync('source.ts', text);
  if (errors.length > 0) throw new Error(`${file} is not TypeScript: ${errors[0]?.message}`);
  const found: string[] = [];
  new Visitor({
    CallExpression: ({ callee, arguments: [first], start }) => {
      if (!isLocalize(callee)) return;
      if (first?.type !== 'Literal' || typeof first.value !== 'string')
        throw new Error(`${file}: not one literal text: ${text.slice(start, start + 60)}`);
      found.push(first.value);
    },
    TaggedTemplateExpression: ({ tag, quasi }) => {
      if (tag.type === 'Identifier' && tag.name === 'phrase') found.push(templateOf(file, quasi));
    },
  }).visit(program);
  // Gaps with nothing but blanks between them need no translator.
  return found.filter((template) => template.replaceAll(/\{\d+\}/g, '').trim() !== '');
}

function isLocalize(callee: Expression): boolean {
  return (
    callee.type === 'MemberExpression' &&
    callee.property.type === 'Identifier' &&
    callee.property.name === 't' &&
    /^(?:vscode\.)?l10n$/.test(nameOf(callee.object))
  );
}

function nameOf(node: Expression): string {
  if (node.type === 'Identifier') return node.name;
  if (node.type !== 'MemberExpression' || node.property.type !== 'Identifier') return '';
  return `${nameOf(node.object)}.${node.property.name}`;
}

function templateOf(file: string, { quasis }: TemplateLiteral): string {
  const parts = quasis.map(({ value }) => value.cooked ?? '');
  if (parts.some((part) => /\{\d+\}/.test(part)))
    throw new Error(`${file}: a gap that nothing fills: ${parts.join('…')}`);
  return parts.reduce((template, part, index) => `${template}{${index - 1}}${part}`);
}
