import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.ts';

const VALUE = 'tokFAKE9fQ2xL7vB4nM8kR1zW5c';

describe('Secret', () => {
  const secret = new Secret(VALUE);

  it.each([
    ['a string', String(secret)],
    ['a template', `${secret}`],
    ['concatenation', `${'x'.concat(secret as unknown as string)}`],
    ['JSON', JSON.stringify({ secret })],
    ['inspection', inspect({ secret }, { depth: 9, showHidden: true })],
    ['enumeration', JSON.stringify(Object.entries(Object.assign({}, secret)))],
    ['an error', new Error(`failed with ${secret}`, { cause: secret }).stack ?? ''],
  ])('does not show its value in %s', (_name, text) => {
    expect(text).not.toContain('FAKE');
    expect(text).not.toContain(VALUE.slice(-4));
  });

  it('gives its value to whoever says where it goes', () => {
    expect(secret.expose('wire')).toBe(VALUE);
  });

  it('shows four characters of long values and none of short ones', () => {
    expect(secret.last4).toBe('zW5c');
    expect(new Secret(`${'a'.repeat(12)}wxyz`).last4).toBe('wxyz');
    expect(new Secret(`${'a'.repeat(11)}wxyz`).last4).toBe('');
    expect(secret.length).toBe(VALUE.length);
  });

  it('does not survive being cloned, so that it cannot go astray in a message', () => {
    expect(JSON.stringify(structuredClone({ secret }))).not.toContain('FAKE');
  });
});
