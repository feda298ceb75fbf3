import { expect, test } from 'vitest';
import { judgeAll } from '../../servers/spellings.ts';
import { readCorpus } from '../request/support.ts';

interface Line {
  readonly target: string;
  readonly verdict: 'allow' | 'deny';
}

// `npm run servers -- --write` writes it: what is allowed and reached no denied handler of any server, and what is denied
// although it is written in another way, because some server runs a denied handler for it.
const corpus = readCorpus<Line>('server-paths');

test('targets are judged as real servers read them', () => {
  const verdicts = new Map(judgeAll(corpus.map(({ target }) => target)).map(({ path, verdict }) => [path, verdict]));
  for (const { target, verdict } of corpus) expect(verdicts.get(target), target).toBe(verdict);
});

test('the corpus has both kinds', () => {
  for (const kind of ['allow', 'deny'])
    expect(corpus.filter(({ verdict }) => verdict === kind).length).toBeGreaterThan(500);
});
