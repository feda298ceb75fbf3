import { nodeProblem } from './nodeVersion.ts';

// Imported before anything else: on an older Node the other modules fail while they load, with words that help nobody.
const problem = nodeProblem(process.versions.node);
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exit(2);
}
