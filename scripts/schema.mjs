// Writes schemas/valetkey.schema.json anew, after the policy language changed. `npm run schema`
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { policyJsonSchema } from '../src/core/policy/editor/jsonSchema.ts';
import { ROOT } from './lib/repo.mjs';

const file = path.join(ROOT, 'schemas/valetkey.schema.json');
mkdirSync(path.dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify(policyJsonSchema(), undefined, 2)}\n`);
console.log(`wrote ${path.relative(ROOT, file)}`);
