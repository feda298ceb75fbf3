import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { narrowApproved } from '../../../src/core/policy/approval.ts';
import { policyChanges } from '../../../src/core/policy/changes.ts';
import { parsePolicy } from '../../../src/core/policy/parse.ts';
import { ApprovalStore } from '../../../src/extension/policy/approvalStore.ts';
import { policyLanguage } from '../../../src/extension/policy/language.ts';
import { ChangedSinceReviewError, PolicyBook } from '../../../src/extension/policy/policyBook.ts';
import type { PolicyRead } from '../../../src/extension/policy/policySource.ts';
import { type BoundedPolicyParser, PolicyTimeoutError } from '../../../src/gateway/policyParser.ts';
import { FakeSecrets, FakeTexts } from '../support/fakes.ts';

/** What the worker does, in this thread. */
const inThisThread: Pick<BoundedPolicyParser, 'parse' | 'narrow' | 'changes'> = {
  parse: async (text) => parsePolicy(text),
  narrow: async (approved, written) => narrowApproved(approved, written),
  changes: async (approved, written, once) => policyChanges(approved, written, once),
};

const WORKSPACE = 'workspace:file:///home/me/shop';

/** A policy with one service and an allow rule for GET on each path. */
function policy(...paths: readonly string[]): string {
  const rules = paths.map((path) => `      - { path: /${path}, methods: [GET] }\n`).join('');
  return `services:\n  api:\n    baseUrl: https://api.example.com\n    auth: { type: bearer }\n    policies:${rules === '' ? ' []\n' : `\n${rules}`}`;
}

function setUp(id = 'user', parser = inThisThread) {
  const secrets = new FakeSecrets();
  const approved = new FakeTexts();
  const lastValid = new FakeTexts();
  const disk: { read: PolicyRead } = { read: { kind: 'missing' } };
  const source = { id, label: 'valetkey.yaml', read: async () => disk.read };
  const open = async (): Promise<PolicyBook> => {
    const book = new PolicyBook({
      approvals: new ApprovalStore({ texts: approved, secrets, installation: '/storage' }),
      lastValid,
      language: policyLanguage(parser, 'too slow'),
      now: () => 7,
      log: () => undefined,
    });
    await book.setSources([source]);
    return book;
  };
  const save = async (book: PolicyBook, text: string | undefined): Promise<void> => {
    disk.read = text === undefined ? { kind: 'missing' } : { kind: 'text', text };
    await book.refresh();
  };
  return { secrets, approved, lastValid, disk, source, open, save };
}

/** The paths that the gateway would let through: in the approved text and in the written one. */
function inForce(book: PolicyBook): readonly string[] {
  const [file] = book.files();
  const paths = (text: string | undefined): readonly string[] =>
    (text === undefined ? undefined : parsePolicy(text).policy)?.services
      .get('api')
      ?.rules.map(({ pattern }) => pattern.text) ?? [];
  const written = new Set(paths(file?.written));
  return paths(file?.approved)
    .filter((path) => written.has(path))
    .sort();
}

async function approveNow(book: PolicyBook): Promise<void> {
  const [entry] = book.entries();
  await book.approve(entry?.id ?? '', entry?.text ?? '');
}

test('a save that takes too long to compare counts as one with errors: nothing widens, nothing is forgotten', async () => {
  const slow = { on: false };
  const unlessSlow = <T>(work: () => Promise<T>): Promise<T> =>
    slow.on ? Promise.reject(new PolicyTimeoutError('too slow')) : work();
  const { open, save } = setUp('user', {
    ...inThisThread,
    narrow: (...words) => unlessSlow(() => inThisThread.narrow(...words)),
    changes: (...words) => unlessSlow(() => inThisThread.changes(...words)),
  });
  const book = await open();
  await save(book, policy('a'));
  await approveNow(book);
  slow.on = true;
  await save(book, policy('a', 'b'));
  expect(book.entries()).toMatchObject([{ disk: 'invalid', approval: { kind: 'approved' }, pending: [] }]);
  expect(inForce(book)).toEqual(['/a']);
  slow.on = false;
  await book.refresh();
  expect(book.entries()).toMatchObject([{ disk: 'valid', pending: [{ text: '+ GET /b on api' }] }]);
  expect(inForce(book)).toEqual(['/a']);
});

describe('adding', () => {
  test('waits for a person, and says what waits', async () => {
    const { open, save } = setUp();
    const book = await open();
    await save(book, policy('a'));
    expect(inForce(book)).toEqual([]);
    expect(
      book
        .entries()[0]
        ?.pending.map(({ text }) => text)
        .join('\n'),
    ).toContain('GET /a');
    await approveNow(book);
    expect(inForce(book)).toEqual(['/a']);
    expect(book.entries()[0]?.pending).toEqual([]);
  });

  test('comments, order and formatting ask nobody', async () => {
    const { open, save } = setUp();
    const book = await open();
    await save(book, policy('a', 'b'));
    await approveNow(book);
    await save(book, `# a comment\n${policy('b', 'a')}`);
    expect(book.entries()[0]?.pending).toEqual([]);
    expect(inForce(book)).toEqual(['/a', '/b']);
  });

  test('approves only the text that was shown', async () => {
    const { open, save, disk } = setUp();
    const book = await open();
    await save(book, policy('a'));
    disk.read = { kind: 'text', text: policy('a', 'secretly-added') };
    await expect(book.approve('user', policy('a'))).rejects.toBeInstanceOf(ChangedSinceReviewError);
    await book.refresh();
    expect(inForce(book)).toEqual([]);
  });

  test('a text with errors cannot be approved', async () => {
    const { open, save } = setUp();
    const book = await open();
    await save(book, 'services: { api: { oops: 1 } }');
    await expect(approveNow(book)).rejects.toThrow('errors');
  });
});

describe('removing', () => {
  test('acts on save, and lasts when the rule is put back', async () => {
    const { open, save } = setUp();
    const book = await open();
    await save(book, policy('a', 'b'));
    await approveNow(book);
    await save(book, policy('a'));
    await save(book, policy('a', 'b'));
    expect(inForce(book)).toEqual(['/a']);
    expect(
      book
        .entries()[0]
        ?.pending.map(({ text }) => text)
        .join('\n'),
    ).toContain('GET /b');
  });

  test('is remembered: what comes back says that it was approved once, also after a restart', async () => {
    const { open, save } = setUp();
    const book = await open();
    await save(book, policy('a', 'b'));
    await approveNow(book);
    await save(book, policy('a'));
    await save(book, policy());
    await save(book, policy('a', 'b', 'c'));
    for (const window of [book, await open()]) {
      const [entry] = window.entries();
      expect(entry?.approval).toMatchObject({ kind: 'approved', at: 7 });
      expect(entry?.pending.map(({ text, comesBack }) => [text, comesBack === true])).toEqual([
        ['+ GET /a on api', true],
        ['+ GET /b on api', true],
        ['+ GET /c on api', false],
      ]);
    }
  });

  test('is not remembered from a text that somebody else wrote', async () => {
    const { open, save, approved } = setUp();
    const book = await open();
    await save(book, policy('a', 'b'));
    await approveNow(book);
    await save(book, policy('a'));
    approved.files.set('once-user.yaml', policy('a', 'b', 'c'));
    await save(book, policy('a', 'c'));
    expect(book.entries()[0]?.pending.map(({ comesBack }) => comesBack === true)).toEqual([false]);
  });

  test('is kept before anyone hears of it', async () => {
    const { open, save, approved } = setUp();
    const book = await open();
    await save(book, policy('a', 'b'));
    await approveNow(book);
    const atNews: string[] = [];
    book.onDidChange(() => atNews.push(approved.files.get('user.yaml') ?? ''));
    await save(book, policy('a'));
    expect(atNews).toHaveLength(1);
    expect(atNews[0]).not.toContain('/b');
  });

  test('outlives a restart', async () => {
    const { open, save, disk } = setUp();
    const book = await open();
    await save(book, policy('a', 'b'));
    await approveNow(book);
    await save(book, policy('a'));
    disk.read = { kind: 'text', text: policy('a', 'b') };
    expect(inForce(await open())).toEqual(['/a']);
  });
});

describe('a file with errors', () => {
  test('counts as its last valid version', async () => {
    const { open, save } = setUp();
    const book = await open();
    await save(book, policy('a', 'b'));
    await approveNow(book);
    await save(book, policy('a'));
    await save(book, 'services: { api: { oops: 1 } }');
    expect(book.entries()[0]?.disk).toBe('invalid');
    expect(inForce(book)).toEqual(['/a']);
  });

  test('also after a restart', async () => {
    const { open, save, disk } = setUp();
    const book = await open();
    await save(book, policy('a'));
    await approveNow(book);
    disk.read = { kind: 'text', text: 'services: [' };
    expect(inForce(await open())).toEqual(['/a']);
  });

  test('that cannot be read as text strikes nothing', async () => {
    const { open, save, disk } = setUp();
    const book = await open();
    await save(book, policy('a'));
    await approveNow(book);
    disk.read = { kind: 'unreadable', why: 'no' };
    await book.refresh();
    expect(inForce(book)).toEqual(['/a']);
  });
});

describe('a missing file', () => {
  test('allows nothing, and strikes nothing: it may come back with its branch', async () => {
    const { open, save } = setUp();
    const book = await open();
    await save(book, policy('a'));
    await approveNow(book);
    await save(book, undefined);
    expect(inForce(book)).toEqual([]);
    expect(book.files()[0]?.written).toBeUndefined();
    await save(book, policy('a'));
    expect(inForce(book)).toEqual(['/a']);
  });
});

describe('a name that the file has no longer', () => {
  const closedIn = (book: PolicyBook): readonly string[] | undefined => book.entries()[0]?.closed;

  test.each<[string, string | undefined]>([
    ['missing', undefined],
    ['empty', 'services: {}\n'],
  ])('is closed while the file is %s, also after a restart', async (_, text) => {
    const { open, save } = setUp(WORKSPACE);
    const book = await open();
    await save(book, policy('a'));
    await approveNow(book);
    expect(closedIn(book)).toBeUndefined();
    await save(book, text);
    expect(closedIn(book)).toEqual(['api']);
    expect(closedIn(await open())).toEqual(['api']);
  });

  const otherFile = { id: 'user', label: 'user', read: async () => ({ kind: 'text', text: policy('a') }) as const };

  test('waits for a person where another file has it, and not before', async () => {
    const { open, save, source } = setUp(WORKSPACE);
    const book = await open();
    await save(book, policy('a'));
    await approveNow(book);
    await save(book, undefined);
    expect(book.get(WORKSPACE)?.pending).toEqual([]);
    await book.setSources([otherFile, source]);
    expect(book.get(WORKSPACE)?.pending).toEqual([
      { kind: 'widens', service: 'api', text: '+ api: valetkey.yaml no longer restricts it' },
    ]);
  });

  test('of a file that is empty waits as any other change, and applying it lets it go', async () => {
    const { open, save, source } = setUp(WORKSPACE);
    const book = await open();
    await save(book, policy('a'));
    await approveNow(book);
    await save(book, 'services: {}\n');
    await book.setSources([otherFile, source]);
    expect(book.get(WORKSPACE)?.pending.map(({ kind }) => kind)).toEqual(['widens']);
    await book.approve(WORKSPACE, 'services: {}\n');
    expect(book.get(WORKSPACE)).not.toHaveProperty('closed');
    expect(book.get(WORKSPACE)?.pending).toEqual([]);
  });

  test('is let go with its file: nothing is closed any more, and what comes back waits', async () => {
    const { open, save } = setUp(WORKSPACE);
    const book = await open();
    await save(book, policy('a'));
    await approveNow(book);
    await save(book, undefined);
    await book.letGo(WORKSPACE);
    for (const window of [book, await open()]) {
      expect(closedIn(window)).toBeUndefined();
      expect(window.files()).toMatchObject([{ approved: 'services: {}\n' }]);
    }
    await save(book, policy('a'));
    expect(inForce(book)).toEqual([]);
    expect(book.entries()[0]?.pending.map(({ text }) => text)).toContain('+ GET /a on api');
  });

  test('is not let go once the file is there again', async () => {
    const { open, save, disk } = setUp(WORKSPACE);
    const book = await open();
    await save(book, policy('a'));
    await approveNow(book);
    await save(book, undefined);
    disk.read = { kind: 'text', text: policy('a') };
    await expect(book.letGo(WORKSPACE)).rejects.toBeInstanceOf(ChangedSinceReviewError);
    await book.refresh();
    expect(inForce(book)).toEqual(['/a']);
  });
});

describe('the approved text', () => {
  test('that was changed on disk approves nothing', async () => {
    const { open, save, approved } = setUp();
    const book = await open();
    await save(book, policy('a'));
    await approveNow(book);
    approved.files.set('user.yaml', policy('a', 'b'));
    await save(book, policy('a', 'b'));
    expect(inForce(book)).toEqual([]);
    expect(book.entries()[0]?.approval.kind).toBe('broken');
  });

  test('that was deleted leaves its services closed, also for other files', async () => {
    const { open, save, approved } = setUp(WORKSPACE);
    const book = await open();
    await save(book, policy('a'));
    await approveNow(book);
    approved.files.clear();
    await save(book, undefined);
    const [file] = book.files();
    expect(file?.grants).toBe(true);
    const { policy: locked, problems } = parsePolicy(file?.approved ?? '');
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(locked?.services.get('api')?.rules).toEqual([]);
  });

  test('of one file is no approval for another', async () => {
    const mine = setUp(WORKSPACE);
    const book = await mine.open();
    await mine.save(book, policy('a'));
    await approveNow(book);
    const approvals = new ApprovalStore({ texts: mine.approved, secrets: mine.secrets, installation: '/storage' });
    expect((await approvals.read(WORKSPACE)).kind).toBe('approved');
    expect((await approvals.read('workspace:file:///home/me/other')).kind).toBe('none');
  });

  test('of another profile is not mistaken for a broken one', async () => {
    const mine = setUp();
    const book = await mine.open();
    await mine.save(book, policy('a'));
    await approveNow(book);
    const other = new ApprovalStore({ texts: new FakeTexts(), secrets: mine.secrets, installation: '/other-profile' });
    expect((await other.read('user')).kind).toBe('none');
  });
});

describe('a workspace file', () => {
  test('only restricts until it was approved once', async () => {
    const { open, save } = setUp(WORKSPACE);
    const book = await open();
    await save(book, policy('a'));
    expect(book.files()).toEqual([{ id: WORKSPACE, label: 'valetkey.yaml', written: policy('a'), grants: false }]);
    await approveNow(book);
    expect(book.files()[0]?.grants).toBe(true);
  });
});

describe('a change of our own', () => {
  const addB = (text: string | undefined): string =>
    (text ?? policy()).replace('policies:', 'policies:\n      - { path: /b, methods: [GET] }').replace(' []', '');

  test('is approved by the act, and nothing else that waits is', async () => {
    const { open, save, disk } = setUp();
    const book = await open();
    await save(book, policy('a'));
    await approveNow(book);
    await save(book, policy('a', 'waiting'));
    await book.approveOwnChange('user', addB, async (written) => {
      disk.read = { kind: 'text', text: addB(written) };
    });
    expect(inForce(book)).toEqual(['/a', '/b']);
    expect(
      book
        .entries()[0]
        ?.pending.map(({ text }) => text)
        .join('\n'),
    ).toContain('/waiting');
  });

  test('lets nothing go that the file closes: what it restricted stays restricted', async () => {
    const { open, save, disk } = setUp(WORKSPACE);
    const book = await open();
    await save(book, policy('a'));
    await approveNow(book);
    await save(book, 'services: {}\n');
    const add = (text: string | undefined): string =>
      (text ?? '')
        .replace('{}', '')
        .replace(/^services:.*/, `$&\n${policy('c').split('\n').slice(1).join('\n').replace('api', 'other')}`);
    await book.approveOwnChange(WORKSPACE, add, async (written) => {
      disk.read = { kind: 'text', text: add(written) };
    });
    const [entry] = book.entries();
    expect(entry?.closed).toEqual(['api']);
    expect([...(entry?.writtenPolicy?.services.keys() ?? [])]).toEqual(['other']);
  });

  test('that could not be written does not stay approved', async () => {
    const { open, save } = setUp();
    const book = await open();
    await save(book, policy('a'));
    await approveNow(book);
    const act = book.approveOwnChange('user', addB, async () => {
      throw new Error('disk full');
    });
    await expect(act).rejects.toThrow('disk full');
    await save(book, policy('a', 'b'));
    expect(inForce(book)).toEqual(['/a']);
  });
});

test('looking again at unchanged files is no news', async () => {
  const { open, save } = setUp();
  const book = await open();
  await save(book, policy('a'));
  let news = 0;
  book.onDidChange(() => {
    news += 1;
  });
  await book.refresh();
  expect(news).toBe(0);
});

test('whatever is saved and approved: nothing passes that approved or written forbids, and nothing struck comes back by itself', async () => {
  const paths = fc.subarray(['a', 'b', 'c', 'd']);
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('save' as const), paths }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('approve' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('break' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const { open, save, disk } = setUp();
      let book = await open();
      let approved = new Set<string>();
      let written: readonly string[] | undefined;
      let onDisk: 'valid' | 'invalid' | 'missing' = 'missing';
      for (const next of steps) {
        if (next.do === 'save') {
          await save(book, policy(...next.paths));
          const kept: readonly string[] = next.paths;
          written = kept;
          onDisk = 'valid';
          approved = new Set([...approved].filter((path) => kept.includes(path)));
        } else if (next.do === 'break') {
          await save(book, 'services: [');
          onDisk = 'invalid';
        } else if (next.do === 'delete') {
          await save(book, undefined);
          onDisk = 'missing';
        } else if (next.do === 'restart') {
          book = await open();
        } else if (onDisk === 'valid' && disk.read.kind === 'text') {
          await book.approve('user', disk.read.text);
          approved = new Set(written);
        }
        const expected =
          onDisk === 'missing' ? [] : [...approved].filter((path) => written?.includes(path)).map((path) => `/${path}`);
        expect(inForce(book)).toEqual(expected.sort());
      }
    }),
    { numRuns: 60 },
  );
});

test('where nothing waits, a change of our own leaves approved and written the same to the letter', async () => {
  const { open, save, disk, approved } = setUp();
  const book = await open();
  await save(book, '# a comment of mine\nservices: {}\n');
  const add = (text: string | undefined): string => `${text}# added\n`;
  await book.approveOwnChange('user', add, async (written) => {
    disk.read = { kind: 'text', text: add(written) };
  });
  expect(approved.files.get('user.yaml')).toBe('# a comment of mine\nservices: {}\n# added\n');
});
