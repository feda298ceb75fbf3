import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonLines, runCli } from '../support/cli.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly severity: string;
  readonly code: string;
  readonly message: string;
}

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
}

const good = write(
  'good.yaml',
  `services:
  stripe:
    baseUrl: https://api.stripe.com
    auth: { type: bearer }
    policies:
      - path: /v1/charges
        methods: [GET]
`,
);

/** The diagnostics of a file, with the text that each one spans. */
async function lint(file: string): Promise<{ status: number | null; found: (Diagnostic & { text: string })[] }> {
  const { status, stdout, stderr } = await runCli(['lint', file]);
  expect(stderr).toBe('');
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  return {
    status,
    found: jsonLines<Diagnostic>(stdout).map((one) => {
      const last = one.endLine === one.line ? one.endColumn - 1 : undefined;
      return { ...one, text: (lines[one.line - 1] ?? '').slice(one.column - 1, last) };
    }),
  };
}

describe('lint', () => {
  it('finds nothing in a good file', async () => {
    expect(await lint(good)).toEqual({ status: 0, found: [] });
  });

  it('points at the very key, counting from 1, and knows what was meant', async () => {
    const { status, found } = await lint(
      write(
        'typo.yaml',
        `services:
  stripe:
    baseURL: https://api.stripe.com
    auth: { typ: bearer }
    policies:
      - path: /v1/charges
        methods: [GTE]
`,
      ),
    );
    expect(status).toBe(1);
    const errors = found.filter(({ severity }) => severity === 'error');
    expect(errors.find(({ text }) => text === 'baseURL')).toMatchObject({
      line: 3,
      column: 5,
      endLine: 3,
      endColumn: 12,
      message: expect.stringContaining('baseUrl'),
    });
    expect(errors.find(({ text }) => text === 'typ')).toMatchObject({ line: 4, column: 13, endColumn: 16 });
    expect(errors.find(({ text }) => text === 'GTE')).toMatchObject({ line: 7, column: 19, endColumn: 22 });
  });

  it('counts columns in UTF-16 units, and lines after CRLF', async () => {
    const { found } = await lint(
      write(
        'units.yaml',
        'services:\r\n  api:\r\n    description: "\u{1F511}é"\r\n    nonsense: 1\r\n    baseUrl: https://a.example\r\n',
      ),
    );
    expect(found.find(({ text }) => text === 'nonsense')).toMatchObject({
      line: 4,
      column: 5,
      endLine: 4,
      endColumn: 13,
    });
  });

  it('names a literal credential without quoting it', async () => {
    const value = ['sk', 'live', 'Zq81mXc72LpWv04T'].join('_');
    const file = write(
      'literal.yaml',
      `services:\n  stripe:\n    baseUrl: https://api.stripe.com\n    auth: { type: bearer, token: ${value} }\n    policies: []\n`,
    );
    const { status, stdout } = await runCli(['lint', file]);
    expect(status).toBe(1);
    expect(stdout).not.toContain(value);
    expect(jsonLines<Diagnostic>(stdout)).toContainEqual(expect.objectContaining({ line: 4, severity: 'error' }));
  });

  it('takes several files, each diagnostic with its file as given', async () => {
    const broken = write('broken.yaml', 'services: [\n');
    const { status, stdout } = await runCli(['lint', good, broken, good]);
    expect(status).toBe(1);
    const found = jsonLines<Diagnostic>(stdout);
    expect(found.length).toBeGreaterThan(0);
    for (const { file, code } of found) {
      expect(file).toBe(broken);
      expect(code).toMatch(/^[a-z][a-z-]+$/);
    }
  });
});
