import { describe, expect, it } from 'vitest';
import { policyChanges } from '../../../src/core/policy/compare/changes.ts';
import { signed } from '../../../src/core/policy/compare/policyChange.ts';
import { withService } from '../../../src/core/policy/edit/serviceWriter.ts';
import { completePolicy } from '../../../src/core/policy/editor/complete.ts';
import { fixesFor } from '../../../src/core/policy/editor/fixes.ts';
import { hoverPolicy } from '../../../src/core/policy/editor/hover.ts';
import { parsePolicy } from '../../../src/core/policy/read/parse.ts';
import { PolicyNotWritableError } from '../../../src/core/policy/text/insertion.ts';
import { type Phrase, phrase } from '../../../src/core/text/phrase.ts';
import { inPseudo, untranslated } from '../../support/pseudoLocale.ts';
import { findings, read } from '../checkup/support.ts';
import { examples, problemsFor, sections, whole } from '../policy/documentedExamples.ts';
import { readCorpus } from '../request/support.ts';

/** What stands in gaps and is no text of ours: fields as a policy names them, a user's own description, and kinds of secrets. */
const EXCEPTIONS = [
  /^(?:body|query|header) \w+$/,
  /^important Payments$/,
  /^reads charges$/,
  /^connection string$/,
  /^private key$/,
];

function left(texts: readonly Phrase[]): readonly string[] {
  return texts
    .flatMap((text) => untranslated(inPseudo(text)))
    .filter((words) => !EXCEPTIONS.some((exception) => exception.test(words)));
}

const SOURCES = [...sections.keys()].flatMap((code) =>
  examples(code).map((example) => [code, whole(example)] as const),
);

describe('in another language no plain English is left in', () => {
  it('the problems of every documented example', () => {
    const problems = SOURCES.flatMap(([code, source]) => problemsFor(code, source));
    expect(problems.length).toBeGreaterThan(100);
    expect(
      left(problems.flatMap(({ message, related = [] }) => [message, ...related.map((one) => one.message)])),
    ).toEqual([]);
  });

  it('their quick fixes', () => {
    const titles = SOURCES.flatMap(([code, source]) =>
      problemsFor(code, source).flatMap((problem) => fixesFor(source, problem).map(({ title }) => title)),
    );
    expect(titles.length).toBeGreaterThan(40);
    expect(left(titles)).toEqual([]);
  });

  it('hovers and completion, wherever the cursor is', () => {
    const texts = SOURCES.slice(0, 60).flatMap(([, source]) => {
      const { policy } = parsePolicy(source);
      return [...source.matchAll(/[:\n] ?/g)].flatMap(({ index }) => [
        ...(hoverPolicy(source, index, policy, [])?.lines ?? []),
        ...completePolicy(source, index + 1, {}).map(({ detail }) => detail),
      ]);
    });
    expect(texts.length).toBeGreaterThan(1000);
    expect(left(texts)).toEqual([]);
  });

  it('the changes from each documented file to the next', () => {
    const whole = SOURCES.map(([, source]) => source).filter((source) => parsePolicy(source).policy);
    const changes = whole.flatMap((source, index) => policyChanges(whole[index - 1], source));
    expect(changes.length).toBeGreaterThan(100);
    expect(left(changes.map(signed))).toEqual([]);
  });

  it('the findings of the corpus of configurations', () => {
    const cases = readCorpus<{ readonly config: unknown }>('mcp-configs');
    const found = cases.flatMap(({ config }) => findings([read(JSON.stringify(config))]));
    expect(found.length).toBeGreaterThan(4);
    expect(left(found.map(({ message }) => message))).toEqual([]);
  });
});

it('why a policy file cannot take an entry is no plain English either', () => {
  const reasons = ['a: [', '- a list', 'services: 1'].map((text) => {
    try {
      withService(text, { name: 'a', baseUrl: 'https://a.example', auth: { type: 'bearer' }, rules: [] });
    } catch (error) {
      if (error instanceof PolicyNotWritableError) return error.why;
    }
    throw new Error(`${text} took a service`);
  });
  expect(left(reasons)).toEqual([]);
});

it('a text that is no phrase is seen', () => {
  expect(left([phrase`It is ${'on a line of its own'}.`])).toEqual(['on a line of its own']);
  expect(left([phrase`It is ${phrase`on a line of its own`}, for ${'GET /v1/items'} of ${'stripe'}.`])).toEqual([]);
});
