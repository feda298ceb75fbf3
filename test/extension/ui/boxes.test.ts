import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const EXTENSION = path.resolve(import.meta.dirname, '../../../src/extension');

test('every box and list in which people type hides a credential that is pasted there: all are made in one place', () => {
  const makers = readdirSync(EXTENSION, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .filter((file) =>
      /\b(?:createInputBox|createQuickPick|showInputBox|showQuickPick)\b/.test(
        readFileSync(path.join(EXTENSION, file), 'utf8'),
      ),
    );
  expect(makers.sort()).toEqual(['ui/steps.ts']);
});
