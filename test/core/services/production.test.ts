import { expect, test } from 'vitest';
import { isProduction } from '../../../src/core/services/production.ts';

test.each(['production', 'Prod', 'live', 'eu-live', 'prod_2', 'prd'])('%s is production', (name) => {
  expect(isProduction(name)).toBe(true);
});

test.each(['test', 'product catalogue', 'delivery', 'alive', 'staging', '', undefined])('%s is not', (name) => {
  expect(isProduction(name)).toBe(false);
});
