import { expect, test } from 'vitest';
import { phrase } from '../../../../src/core/text/phrase.ts';
import type { Problem } from '../../../../src/core/text/problem.ts';
import { codeOf, registerPolicyDiagnostics } from '../../../../src/extension/policy/editor/policyDiagnostics.ts';
import type { DocumentLook, PolicyLooks } from '../../../../src/extension/policy/editor/policyLooks.ts';
import { Emitter } from '../../../../src/extension/util/emitter.ts';
import { Range, Uri } from '../../support/fakeEditor.ts';
import { useEditor } from '../../support/useEditor.ts';

const editor = useEditor();
const uri = Uri.file('/w/valetkey.yaml');
const PLACE = { span: { start: 12, end: 18 }, start: { line: 2, column: 3 }, end: { line: 2, column: 9 } };

function problem(code: string, more: Partial<Problem> = {}): Problem {
  return { code, severity: 'error', message: phrase`It is ${'so'}.`, ...PLACE, ...more };
}

/** What the editor has for the file after a look at version `seen` of a document that is at version 2. */
function shown(problems: readonly Problem[], seen = 2) {
  const document = { uri, version: 2 };
  const looked = new Emitter<typeof document>();
  const looks = {
    of: () => ({ version: seen, problems }) as unknown as DocumentLook,
    onDidLook: looked.event,
  } as unknown as PolicyLooks;
  const registered = registerPolicyDiagnostics(looks);
  looked.fire(document);
  return { registered, diagnostics: editor.diagnostics.get(uri.toString()) };
}

test.for([
  ['error', 0],
  ['warning', 1],
  ['information', 2],
] as const)('an %s is shown as one, at its place, with its section of the documentation', ([severity, shownAs]) => {
  const { diagnostics: [diagnostic] = [] } = shown([problem('bad-path', { severity })]);
  expect(diagnostic).toMatchObject({
    message: 'It is so.',
    severity: shownAs,
    source: 'Valet Key',
    range: new Range(1, 2, 1, 8),
  });
  expect(JSON.stringify(diagnostic?.code)).toMatch(/"value":"bad-path".*docs\/policy\.md#bad-path/);
});

test('what else a problem is about is said at its own place', () => {
  const { diagnostics: [diagnostic] = [] } = shown([
    problem('shadowed-rule', { related: [{ ...PLACE, message: phrase`Here.` }] }),
  ]);
  expect(diagnostic).toMatchObject({
    relatedInformation: [{ message: 'Here.', location: { uri, range: new Range(1, 2, 1, 8) } }],
  });
});

test.for([
  ['shadowed-rule', true],
  ['unreachable-rule', true],
  ['deny-without-effect', true],
  ['unused-rule', true],
  ['bad-path', false],
] as const)('%s is dimmed: %s', ([code, dimmed]) => {
  const { diagnostics: [diagnostic] = [] } = shown([problem(code)]);
  expect((diagnostic as { tags?: unknown } | undefined)?.tags).toEqual(dimmed ? [1] : undefined);
});

test('a look at an older version says nothing, as its places are elsewhere by now', () => {
  expect(shown([problem('bad-path')], 1).diagnostics).toBeUndefined();
});

test('a file that is closed has no problems any more', () => {
  expect(shown([problem('bad-path')]).diagnostics).toHaveLength(1);
  editor.closed.fire({ uri });
  expect(editor.diagnostics.get(uri.toString())).toBeUndefined();
});

test.for([
  [{ source: 'Valet Key', code: { value: 'bad-path' } }, 'bad-path'],
  [{ source: 'Valet Key', code: 'bad-path' }, 'bad-path'],
  [{ source: 'YAML', code: 'bad-path' }, undefined],
] as const)('the code of %j is %s', ([diagnostic, code]) => {
  expect(codeOf(diagnostic as unknown as Parameters<typeof codeOf>[0])).toBe(code);
});
