import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLIENT_REFERENCES, type ClientReference } from '../../../src/core/checkup/edit/clientReferences.ts';
import { CLIENT_PLACES } from '../../../src/core/checkup/model/clientPlaces.ts';
import { withPlacesTable } from './placesTable.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const FOLDER = path.join(ROOT, 'src/core/checkup');

/** Every code that the core's source names behind `code`, or lists as one. */
function codesInSource(): Set<string> {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const codes = new Set<string>();
  for (const name of files) {
    const text = readFileSync(path.join(FOLDER, name), 'utf8');
    for (const [line] of text.matchAll(/^.*\bcode: .*$|^.*\bsay\(.*$|^ +note\([^;]*;|^type Unreadable.*$/gm)) {
      for (const [, code] of line.matchAll(/'([a-z0-9]+(?:-[a-z0-9]+)+)'/g)) codes.add(code ?? '');
    }
  }
  return codes;
}

describe('docs/checkup.md', () => {
  const sections = new Set(
    [...readFileSync(path.join(ROOT, 'docs/checkup.md'), 'utf8').matchAll(/^### (.+)$/gm)].map(([, code]) => code),
  );

  it('has a section for every code', () => {
    const codes = [...codesInSource()];
    expect(codes.length).toBeGreaterThan(25);
    expect(codes.filter((code) => !sections.has(code))).toEqual([]);
  });

  it('has the places of every client, as the source has them', async () => {
    const page = path.join(ROOT, 'docs/checkup.md');
    await expect(withPlacesTable(readFileSync(page, 'utf8'))).toMatchFileSnapshot(page);
  });

  it('has how each client names a variable, as the source has it', () => {
    const page = readFileSync(path.join(ROOT, 'docs/checkup.md'), 'utf8');
    expect(CLIENT_REFERENCES.map(rowOf).filter((row) => !page.includes(row))).toEqual([]);
  });
});

function rowOf({ clients, page, write }: ClientReference): string {
  const labels = clients.map((client) => CLIENT_PLACES.find((one) => one.client === client)?.label ?? client);
  return `| ${labels.join(', ')} | \`${write('VAR')}\` | [1](${page}) |\n`;
}
