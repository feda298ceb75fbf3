import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { policyJsonSchema, policySchema } from '../../../src/core/policy/editor/jsonSchema.ts';
import { parsePolicy } from '../../../src/core/policy/read/parse.ts';

const FILE = new URL('../../../schemas/valetkey.schema.json', import.meta.url);

describe('schemas/valetkey.schema.json', () => {
  it('is current: `npm run schema` writes it', () => {
    expect(JSON.parse(readFileSync(FILE, 'utf8'))).toEqual(JSON.parse(JSON.stringify(policyJsonSchema())));
  });

  it('describes every key', () => {
    const text = readFileSync(FILE, 'utf8');
    expect(text.length).toBeLessThan(40_000);
    expect(text).not.toContain('"description": ""');
  });

  it('takes every policy of the corpus that the parser takes', () => {
    const cases = readFileSync(new URL('../../corpus/policy-yaml.jsonl', import.meta.url), 'utf8')
      .split('\n')
      .filter(Boolean);
    let taken = 0;
    for (const line of cases) {
      const { id, yaml_b64: base64 } = JSON.parse(line) as { id: string; yaml_b64: string };
      const text = Buffer.from(base64, 'base64').toString('utf8');
      if (parsePolicy(text).policy === undefined) continue;
      taken += 1;
      expect(policySchema.safeParse(parse(text) ?? {}).success, id).toBe(true);
    }
    expect(taken).toBeGreaterThan(3);
  });
});
