import { expect, test } from 'vitest';
import { agreesOnRoutes } from '../core/policy/routes.ts';
import { publicLines } from './publicData.ts';

test.each(['stripe', 'github'])('every route of %s gets the naive evaluator’s verdict', (api) => {
  const lines = publicLines(`${api}-rest-routes/routes.txt`);
  expect(lines.length).toBeGreaterThan(500);
  agreesOnRoutes(lines, 15);
});
