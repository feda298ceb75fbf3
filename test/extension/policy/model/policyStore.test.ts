import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { narrowApproved } from '../../../../src/core/policy/compare/approval.ts';
import { policyChanges } from '../../../../src/core/policy/compare/changes.ts';
import { samePolicy } from '../../../../src/core/policy/compare/samePolicy.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { phrase } from '../../../../src/core/text/phrase.ts';
import {
  type PolicyRead,
  type PolicySource,
  readSettled,
} from '../../../../src/extension/policy/model/policySource.ts';
import { ChangedSinceReviewError, PolicyStore } from '../../../../src/extension/policy/model/policyStore.ts';
import { policyLanguage } from '../../../../src/extension/policy/model/windowPolicyLanguage.ts';
import { ApprovalStore } from '../../../../src/extension/state/approvalStore.ts';
import { type BoundedPolicyParser, PolicyTimeoutError } from '../../../../src/policyWorker/policyParser.ts';
import { changeInText } from '../../../support/changeInText.ts';
import { runs } from '../../../support/runs.ts';
import { FakeSecrets, FakeTexts, noPause } from '../../support/fakes.ts';

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
  const source: { -readonly [Key in keyof PolicySource]: PolicySource[Key] } = {
    id,
    label: 'valetkey.yaml',
    read: async () => disk.read,
  };
  const open = async (): Promise<PolicyStore> => {
    const store = new PolicyStore({
      approvals: new ApprovalStore({ texts: approved, secrets, installation: '/storage', pause: noPause }),
      lastValid,
      language: policyLanguage(parser),
      now: () => 7,
      log: () => undefined,
    });
    await store.setSources([source]);
    return store;
  };
  const save = async (store: PolicyStore, text: string | undefined): Promise<void> => {
    disk.read = text === undefined ? { kind: 'missing' } : { kind: 'text', text };
    await store.refresh();
  };
  return { secrets, approved, lastValid, disk, source, open, save };
}

/** The paths that the gateway would let through: in the approved text and in the written one. */
function inForce(store: PolicyStore): readonly string[] {
  const [file] = store.files();
  const paths = (text: string | undefined): readonly string[] =>
    (text === undefined ? undefined : parsePolicy(text).policy)?.services
      .get('api')
      ?.rules.map(({ pattern }) => pattern.text) ?? [];
  const written = new Set(paths(file?.written));
  return paths(file?.approved)
    .filter((path) => written.has(path))
    .sort();
}

/** What a program writes over and over, by the number of the look at it. */
const REWRITTEN: readonly (readonly [string, (look: number) => string])[] = [
  ['another text each time', (look: number) => `${policy('a', 'b')}# ${look}\n`],
  ['empty in between', (look: number) => (look % 2 === 0 ? '\n' : `${policy('a', 'b')}# ${look}\n`)],
  ['with errors', (look: number) => `services: [ # ${look}\n`],
];

async function approveNow(store: PolicyStore): Promise<void> {
  const [entry] = store.entries();
  await store.approve(entry?.id ?? '', entry?.text ?? '');
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
  const store = await open();
  await save(store, policy('a'));
  await approveNow(store);
  slow.on = true;
  await save(store, policy('a', 'b'));
  expect(store.entries()).toMatchObject([{ disk: 'invalid', approval: { kind: 'approved' }, pending: [] }]);
  expect(inForce(store)).toEqual(['/a']);
  slow.on = false;
  await store.refresh();
  expect(store.entries()).toMatchObject([{ disk: 'valid' }]);
  expect(store.entries()[0]?.pending.map(changeInText)).toMatchObject([{ text: '+ GET /b on api' }]);
  expect(inForce(store)).toEqual(['/a']);
});

describe('adding', () => {
  test('waits for the user, and says what waits', async () => {
    const { open, save } = setUp();
    const store = await open();
    await save(store, policy('a'));
    expect(inForce(store)).toEqual([]);
    expect(
      store
        .entries()[0]
        ?.pending.map(changeInText)
        .map(({ text }) => text)
        .join('\n'),
    ).toContain('GET /a');
    await approveNow(store);
    expect(inForce(store)).toEqual(['/a']);
    expect(store.entries()[0]?.pending).toEqual([]);
  });

  test('comments, order and formatting ask nobody', async () => {
    const { open, save } = setUp();
    const store = await open();
    await save(store, policy('a', 'b'));
    await approveNow(store);
    await save(store, `# a comment\n${policy('b', 'a')}`);
    expect(store.entries()[0]?.pending).toEqual([]);
    expect(inForce(store)).toEqual(['/a', '/b']);
  });

  test('approves only the text that was shown', async () => {
    const { open, save, disk } = setUp();
    const store = await open();
    await save(store, policy('a'));
    disk.read = { kind: 'text', text: policy('a', 'secretly-added') };
    await expect(store.approve('user', policy('a'))).rejects.toBeInstanceOf(ChangedSinceReviewError);
    await store.refresh();
    expect(inForce(store)).toEqual([]);
  });

  test('a text with errors cannot be approved', async () => {
    const { open, save } = setUp();
    const store = await open();
    await save(store, 'services: { api: { oops: 1 } }');
    await expect(approveNow(store)).rejects.toThrow('errors');
  });
});

describe('removing', () => {
  test('acts on save, and lasts when the rule is put back', async () => {
    const { open, save } = setUp();
    const store = await open();
    await save(store, policy('a', 'b'));
    await approveNow(store);
    await save(store, policy('a'));
    await save(store, policy('a', 'b'));
    expect(inForce(store)).toEqual(['/a']);
    expect(
      store
        .entries()[0]
        ?.pending.map(changeInText)
        .map(({ text }) => text)
        .join('\n'),
    ).toContain('GET /b');
  });

  test('is remembered: what comes back says that it was approved once, also after a restart', async () => {
    const { open, save } = setUp();
    const store = await open();
    await save(store, policy('a', 'b'));
    await approveNow(store);
    await save(store, policy('a'));
    await save(store, policy());
    await save(store, policy('a', 'b', 'c'));
    for (const window of [store, await open()]) {
      const [entry] = window.entries();
      expect(entry?.approval).toMatchObject({ kind: 'approved', at: 7 });
      expect(entry?.pending.map(changeInText).map(({ text, comesBack }) => [text, comesBack === true])).toEqual([
        ['+ GET /a on api', true],
        ['+ GET /b on api', true],
        ['+ GET /c on api', false],
      ]);
    }
  });

  test('is not remembered from a text that somebody else wrote', async () => {
    const { open, save, approved } = setUp();
    const store = await open();
    await save(store, policy('a', 'b'));
    await approveNow(store);
    await save(store, policy('a'));
    approved.files.set('once-user.yaml', policy('a', 'b', 'c'));
    await save(store, policy('a', 'c'));
    expect(store.entries()[0]?.pending.map(({ comesBack }) => comesBack === true)).toEqual([false]);
  });

  test('is kept before anyone hears of it', async () => {
    const { open, save, approved } = setUp();
    const store = await open();
    await save(store, policy('a', 'b'));
    await approveNow(store);
    const atNews: string[] = [];
    store.onDidChange(() => atNews.push(approved.files.get('user.yaml') ?? ''));
    await save(store, policy('a'));
    expect(atNews).toHaveLength(1);
    expect(atNews[0]).not.toContain('/b');
  });

  test('outlives a restart', async () => {
    const { open, save, disk } = setUp();
    const store = await open();
    await save(store, policy('a', 'b'));
    await approveNow(store);
    await save(store, policy('a'));
    disk.read = { kind: 'text', text: policy('a', 'b') };
    expect(inForce(await open())).toEqual(['/a']);
  });
});

describe('what an editor saved', () => {
  const comesBack = (store: PolicyStore): readonly [string, boolean][] =>
    (store.entries()[0]?.pending ?? []).map(changeInText).map(({ text, comesBack: back }) => [text, back === true]);

  test.each<[string, PolicyRead]>([
    ['the old text', { kind: 'text', text: policy('a', 'b') }],
    ['a text with errors', { kind: 'text', text: 'services: [' }],
    ['no file', { kind: 'missing' }],
    ['a file in another encoding', { kind: 'unreadable', why: phrase`no UTF-8` }],
    ['an empty file', { kind: 'text', text: '' }],
  ])('counts before the disk is read, which has %s by then', async (_, read) => {
    const { open, save, disk } = setUp();
    const store = await open();
    await save(store, policy('a', 'b'));
    await approveNow(store);
    disk.read = read;
    await store.saved('user', policy('a'));
    await save(store, policy('a', 'b'));
    expect(inForce(store)).not.toContain('/b');
    expect(comesBack(store)).toContainEqual(['+ GET /b on api', true]);
  });

  test.each([
    ['Windows line ends', (text: string) => text.replaceAll('\n', '\r\n')],
    ['no last line end', (text: string) => text.trimEnd()],
    ['comments', (text: string) => `# shop\n${text}`],
    ['another layout', (text: string) => text.replace('    auth', '    # bearer\n    auth')],
  ])('counts with %s, too', async (_, spelled) => {
    const { open, save } = setUp();
    const store = await open();
    await save(store, policy('a', 'b'));
    await approveNow(store);
    await store.saved('user', spelled(policy('a')));
    expect(inForce(store)).toEqual(['/a']);
    expect(comesBack(store)).toEqual([['+ GET /b on api', true]]);
  });

  test('strikes nothing when it has errors, and adds nothing when it allows more', async () => {
    const { open, save } = setUp();
    const store = await open();
    await save(store, policy('a', 'b'));
    await approveNow(store);
    await store.saved('user', 'services: [');
    await store.saved('user', policy('a', 'b', 'c'));
    expect(inForce(store)).toEqual(['/a', '/b']);
    expect(comesBack(store)).toEqual([]);
  });

  test('is in force before the disk has settled', async () => {
    const { open, save, source } = setUp();
    const store = await open();
    await save(store, policy('a', 'b'));
    await approveNow(store);
    let settle = (): void => undefined;
    const settled = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const { read } = source;
    source.read = async () => {
      await settled;
      return read();
    };
    const done = store.saved('user', policy('a'));
    await expect.poll(() => inForce(store)).toEqual(['/a']);
    settle();
    await done;
  });

  test.each(REWRITTEN)('is in force at once, however often a program rewrites the file: %s', async (_, textOf) => {
    const { open, save, source } = setUp();
    const store = await open();
    await save(store, policy('a', 'b'));
    await approveNow(store);
    let looks = 0;
    source.read = (hurry) =>
      readSettled(
        async () => {
          looks += 1;
          return { kind: 'text', text: textOf(looks) };
        },
        () => new Promise((resolve) => setTimeout(resolve, 1)),
        hurry,
      );
    // Each change that VS Code tells of is a reason to look, and none of these looks finds that the file has settled.
    const told = Array.from({ length: 500 }, () => store.refresh('user'));
    await expect.poll(() => looks).toBeGreaterThan(3);
    const before = looks;
    const done = store.saved('user', policy('a'));
    await expect.poll(() => inForce(store).includes('/b')).toBe(false);
    expect(looks - before).toBeLessThan(50);
    await done;
    await Promise.all(told);
    expect(inForce(store)).not.toContain('/b');
    // Nothing piles up.
    expect(looks - before).toBeLessThan(50);
  });

  test('of one file ends the wait for another, which is looked at all the same', async () => {
    const { open, save, source } = setUp();
    const store = await open();
    await save(store, policy('a', 'b'));
    await approveNow(store);
    let looks = 0;
    const other: PolicySource = {
      id: WORKSPACE,
      label: 'other',
      read: (hurry) =>
        readSettled(
          async () => {
            looks += 1;
            return { kind: 'text', text: looks < 5 ? `${policy('x')}# ${looks}\n` : policy('y') };
          },
          () => new Promise((resolve) => setTimeout(resolve, looks < 5 ? 50 : 0)),
          hurry,
        ),
    };
    const found = store.setSources([source, other]);
    await expect.poll(() => looks).toBe(2);
    await store.saved('user', policy('a'));
    await found;
    expect(inForce(store)).toEqual(['/a']);
    expect(store.get(WORKSPACE)?.written).toBe(policy('y'));
  });

  test('is held up by no other file that never ends', async () => {
    const { open, save, source } = setUp();
    const store = await open();
    await save(store, policy('a', 'b'));
    await approveNow(store);
    let looks = 0;
    const other: PolicySource = {
      id: WORKSPACE,
      label: 'other',
      read: (hurry) => {
        looks += 1;
        return readSettled(() => new Promise(() => undefined), noPause, hurry);
      },
    };
    void store.setSources([source, other]);
    await expect.poll(() => looks).toBe(1);
    void store.saved('user', policy('a'));
    await expect.poll(() => inForce(store)).toEqual(['/a']);
  });

  test('of a file that is none of this window’s is nothing to it', async () => {
    const { open, save } = setUp();
    const store = await open();
    await save(store, policy('a'));
    await approveNow(store);
    await store.saved('workspace:file:///elsewhere', policy());
    expect(inForce(store)).toEqual(['/a']);
  });

  test('is nothing that a program undoes before the file has settled, twenty times over', async () => {
    const { open, save, source } = setUp();
    const store = await open();
    const [wide, narrow] = [policy('a', 'b'), policy('a')];
    for (let round = 0; round < 20; round += 1) {
      await save(store, wide);
      await approveNow(store);
      // The removal is there at the first look alone: whoever watches the file puts the old text back.
      const states = [narrow];
      source.read = () =>
        readSettled(
          async () => ({ kind: 'text', text: states.shift() ?? wide }),
          async () => undefined,
        );
      await store.refresh('user');
      expect([inForce(store), comesBack(store)]).toEqual([['/a'], [['+ GET /b on api', true]]]);
    }
  });

  test('stays struck when another window, which struck something else, writes the rest back', async () => {
    const { open, save, disk, approved, secrets } = setUp();
    const store = await open();
    await save(store, policy('a', 'b', 'c'));
    await approveNow(store);
    const kept = [new Map(approved.files), new Map(secrets.entries)] as const;
    await store.saved('user', policy('a', 'c'));
    // The other window read the approval before, strikes `c`, and writes last.
    const other = { approved: new FakeTexts(), secrets: new FakeSecrets() };
    for (const [name, text] of kept[0]) other.approved.files.set(name, text);
    for (const [name, text] of kept[1]) other.secrets.entries.set(name, text);
    const theirs = new PolicyStore({
      approvals: new ApprovalStore({
        texts: other.approved,
        secrets: other.secrets,
        installation: '/storage',
        pause: noPause,
      }),
      lastValid: new FakeTexts(),
      language: policyLanguage(inThisThread),
      now: () => 7,
      log: () => undefined,
    });
    await theirs.setSources([{ id: 'user', label: 'x', read: async () => ({ kind: 'text', text: policy('a', 'b') }) }]);
    for (const [name, text] of other.approved.files) approved.files.set(name, text);
    for (const [name, text] of other.secrets.entries) secrets.entries.set(name, text);
    disk.read = { kind: 'text', text: policy('a', 'b', 'c') };
    await store.refresh();
    expect(inForce(store)).toEqual(['/a']);
  });
});

describe('a file with errors', () => {
  test('counts as its last valid version', async () => {
    const { open, save } = setUp();
    const store = await open();
    await save(store, policy('a', 'b'));
    await approveNow(store);
    await save(store, policy('a'));
    await save(store, 'services: { api: { oops: 1 } }');
    expect(store.entries()[0]?.disk).toBe('invalid');
    expect(inForce(store)).toEqual(['/a']);
  });

  test('also after a restart', async () => {
    const { open, save, disk } = setUp();
    const store = await open();
    await save(store, policy('a'));
    await approveNow(store);
    disk.read = { kind: 'text', text: 'services: [' };
    expect(inForce(await open())).toEqual(['/a']);
  });

  test('that cannot be read as text strikes nothing', async () => {
    const { open, save, disk } = setUp();
    const store = await open();
    await save(store, policy('a'));
    await approveNow(store);
    disk.read = { kind: 'unreadable', why: phrase`no` };
    await store.refresh();
    expect(inForce(store)).toEqual(['/a']);
  });
});

describe('a missing file', () => {
  test('allows nothing, and strikes nothing: it may come back with its branch', async () => {
    const { open, save } = setUp();
    const store = await open();
    await save(store, policy('a'));
    await approveNow(store);
    await save(store, undefined);
    expect(inForce(store)).toEqual([]);
    expect(store.files()[0]?.written).toBeUndefined();
    await save(store, policy('a'));
    expect(inForce(store)).toEqual(['/a']);
  });
});

describe('a name that the file has no longer', () => {
  const closedIn = (store: PolicyStore): readonly string[] | undefined => store.entries()[0]?.closed;

  test.each<[string, string | undefined]>([
    ['missing', undefined],
    ['empty', 'services: {}\n'],
  ])('is closed while the file is %s, also after a restart', async (_, text) => {
    const { open, save } = setUp(WORKSPACE);
    const store = await open();
    await save(store, policy('a'));
    await approveNow(store);
    expect(closedIn(store)).toBeUndefined();
    await save(store, text);
    expect(closedIn(store)).toEqual(['api']);
    expect(closedIn(await open())).toEqual(['api']);
  });

  const otherFile = { id: 'user', label: 'user', read: async () => ({ kind: 'text', text: policy('a') }) as const };

  test('waits for the user where another file has it, and not before', async () => {
    const { open, save, source } = setUp(WORKSPACE);
    const store = await open();
    await save(store, policy('a'));
    await approveNow(store);
    await save(store, undefined);
    expect(store.get(WORKSPACE)?.pending).toEqual([]);
    await store.setSources([otherFile, source]);
    expect(store.get(WORKSPACE)?.pending.map(changeInText)).toEqual([
      { kind: 'widens', service: 'api', text: '+ api: valetkey.yaml no longer restricts it' },
    ]);
  });

  test('of a file that is empty waits as any other change, and applying it lets it go', async () => {
    const { open, save, source } = setUp(WORKSPACE);
    const store = await open();
    await save(store, policy('a'));
    await approveNow(store);
    await save(store, 'services: {}\n');
    await store.setSources([otherFile, source]);
    expect(store.get(WORKSPACE)?.pending.map(({ kind }) => kind)).toEqual(['widens']);
    await store.approve(WORKSPACE, 'services: {}\n');
    expect(store.get(WORKSPACE)).not.toHaveProperty('closed');
    expect(store.get(WORKSPACE)?.pending).toEqual([]);
  });

  test('is let go with its file: nothing is closed any more, and what comes back waits', async () => {
    const { open, save } = setUp(WORKSPACE);
    const store = await open();
    await save(store, policy('a'));
    await approveNow(store);
    await save(store, undefined);
    await store.discardApprovals(WORKSPACE);
    for (const window of [store, await open()]) {
      expect(closedIn(window)).toBeUndefined();
      expect(window.files()).toMatchObject([{ approved: 'services: {}\n' }]);
    }
    await save(store, policy('a'));
    expect(inForce(store)).toEqual([]);
    expect(
      store
        .entries()[0]
        ?.pending.map(changeInText)
        .map(({ text }) => text),
    ).toContain('+ GET /a on api');
  });

  test('is not let go once the file is there again', async () => {
    const { open, save, disk } = setUp(WORKSPACE);
    const store = await open();
    await save(store, policy('a'));
    await approveNow(store);
    await save(store, undefined);
    disk.read = { kind: 'text', text: policy('a') };
    await expect(store.discardApprovals(WORKSPACE)).rejects.toBeInstanceOf(ChangedSinceReviewError);
    await store.refresh();
    expect(inForce(store)).toEqual(['/a']);
  });
});

describe('the approved text', () => {
  test('that was changed on disk approves nothing', async () => {
    const { open, save, approved } = setUp();
    const store = await open();
    await save(store, policy('a'));
    await approveNow(store);
    approved.files.set('user.yaml', policy('a', 'b'));
    await save(store, policy('a', 'b'));
    expect(inForce(store)).toEqual([]);
    expect(store.entries()[0]?.approval.kind).toBe('broken');
  });

  test('that was deleted leaves its services closed, also for other files', async () => {
    const { open, save, approved } = setUp(WORKSPACE);
    const store = await open();
    await save(store, policy('a'));
    await approveNow(store);
    approved.files.clear();
    await save(store, undefined);
    const [file] = store.files();
    expect(file?.grants).toBe(true);
    const { policy: locked, problems } = parsePolicy(file?.approved ?? '');
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(locked?.services.get('api')?.rules).toEqual([]);
  });

  test('of one file is no approval for another', async () => {
    const mine = setUp(WORKSPACE);
    const store = await mine.open();
    await mine.save(store, policy('a'));
    await approveNow(store);
    const approvals = new ApprovalStore({
      texts: mine.approved,
      secrets: mine.secrets,
      installation: '/storage',
      pause: noPause,
    });
    expect((await approvals.read(WORKSPACE)).kind).toBe('approved');
    expect((await approvals.read('workspace:file:///home/me/other')).kind).toBe('none');
  });

  test('of another profile is not mistaken for a broken one', async () => {
    const mine = setUp();
    const store = await mine.open();
    await mine.save(store, policy('a'));
    await approveNow(store);
    const other = new ApprovalStore({
      texts: new FakeTexts(),
      secrets: mine.secrets,
      installation: '/other-profile',
      pause: noPause,
    });
    expect((await other.read('user')).kind).toBe('none');
  });
});

describe('a workspace file', () => {
  test('only restricts until it was approved once', async () => {
    const { open, save } = setUp(WORKSPACE);
    const store = await open();
    await save(store, policy('a'));
    expect(store.files()).toEqual([{ id: WORKSPACE, label: 'valetkey.yaml', written: policy('a'), grants: false }]);
    await approveNow(store);
    expect(store.files()[0]?.grants).toBe(true);
  });
});

describe('a change of our own', () => {
  const addB = (text: string | undefined): string =>
    (text ?? policy()).replace('policies:', 'policies:\n      - { path: /b, methods: [GET] }').replace(' []', '');

  test('is approved by the act, and nothing else that waits is', async () => {
    const { open, save, disk } = setUp();
    const store = await open();
    await save(store, policy('a'));
    await approveNow(store);
    await save(store, policy('a', 'waiting'));
    await store.approveOwnChange('user', addB, async (written) => {
      disk.read = { kind: 'text', text: addB(written) };
    });
    expect(inForce(store)).toEqual(['/a', '/b']);
    expect(
      store
        .entries()[0]
        ?.pending.map(changeInText)
        .map(({ text }) => text)
        .join('\n'),
    ).toContain('/waiting');
  });

  test('lets nothing go that the file closes: what it restricted stays restricted', async () => {
    const { open, save, disk } = setUp(WORKSPACE);
    const store = await open();
    await save(store, policy('a'));
    await approveNow(store);
    await save(store, 'services: {}\n');
    const add = (text: string | undefined): string =>
      (text ?? '')
        .replace('{}', '')
        .replace(/^services:.*/, `$&\n${policy('c').split('\n').slice(1).join('\n').replace('api', 'other')}`);
    await store.approveOwnChange(WORKSPACE, add, async (written) => {
      disk.read = { kind: 'text', text: add(written) };
    });
    const [entry] = store.entries();
    expect(entry?.closed).toEqual(['api']);
    expect([...(entry?.writtenPolicy?.services.keys() ?? [])]).toEqual(['other']);
  });

  /** One of each thing that an entry can say, in a text of one service, one server and what else waits. */
  const labelled = (say: Readonly<Record<string, string>>, more = ''): string =>
    [
      'services:',
      '  pay:',
      `    baseUrl: ${say.baseUrl ?? 'https://api.example.com'}`,
      `    auth: ${say.auth ?? '{ type: bearer }'}`,
      ...(['environment', 'description', 'verify', 'rotateEvery', 'headers', 'limits', 'network'] as const).flatMap(
        (key) => (say[key] === undefined ? [] : [`    ${key}: ${say[key]}`]),
      ),
      '    policies:',
      '      - { path: /v1/charges, methods: [POST], approval: always }',
      ...(say.rule === undefined ? [] : [`      - ${say.rule}`]),
      ...(say.bare === undefined ? [] : [`  ${say.bare}: { baseUrl: 'https://evil.example', auth: { type: bearer } }`]),
      more,
      'servers:',
      '  files:',
      `    command: ${say.command ?? 'files-mcp'}`,
      ...(say.serverDescription === undefined ? [] : [`    description: ${say.serverDescription}`]),
      ...(say.serverLimits === undefined ? [] : [`    limits: ${say.serverLimits}`]),
      `    tools: { allow: [${say.tools ?? 'read'}] }`,
      '',
    ]
      .filter((line, index, all) => line !== '' || index === all.length - 1)
      .join('\n');

  const OWN = "  mine: { baseUrl: 'https://mine.example', auth: { type: bearer } }";

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['environment', { environment: 'test' }, '~ environment of pay: live → test'],
    ['description', { description: 'Sandbox' }, '~ description of pay: Payments → Sandbox'],
    ['description of a server', { serverDescription: 'Harmless' }, '~ description of files: Files → Harmless'],
    ['rotation', { rotateEvery: '900d' }, '~ rotateEvery of pay: 30d → 900d'],
    ['verifying request', { verify: '{ path: /v1/tokens }' }, '+ verifying request of pay: none → GET /v1/tokens'],
    [
      'base URL',
      { baseUrl: 'https://evil.example' },
      '+ baseUrl of pay: https://api.example.com → https://evil.example',
    ],
    ['fixed header', { headers: '{ set: { x-account: b } }' }, '+ header x-account on pay is set'],
    ['limit', { limits: '{ timeout: 90s }' }, '+ timeout of pay: 30s → 90s'],
    ['tool', { tools: 'read, write' }, '+ tool write of files'],
  ])('approves no other %s along: it waits, and stays as approved', async (_, edited, waits) => {
    const { open, save, disk } = setUp();
    const before = { environment: 'live', description: 'Payments', rotateEvery: '30d', serverDescription: 'Files' };
    const store = await open();
    await save(store, labelled(before));
    await approveNow(store);
    const approved = store.entries()[0]?.approvedPolicy;
    await save(store, labelled({ ...before, ...edited }));
    const expected = [waits];
    expect(
      store
        .entries()[0]
        ?.pending.map(changeInText)
        .map(({ text }) => text),
    ).toEqual(expected);
    const add = (text: string | undefined): string => (text ?? '').replace('servers:', `${OWN}\nservers:`);
    await store.approveOwnChange('user', add, async (written) => {
      disk.read = { kind: 'text', text: add(written) };
    });
    const [entry] = store.entries();
    expect([...(entry?.approvedPolicy?.services.keys() ?? [])]).toEqual(['pay', 'mine']);
    const mine = (name: string): boolean => name !== 'mine';
    const others = {
      ...entry?.approvedPolicy,
      services: new Map([...(entry?.approvedPolicy?.services ?? [])].filter(([name]) => mine(name))),
    };
    expect(samePolicy({ ...others, servers: entry?.approvedPolicy?.servers ?? new Map() }, approved)).toBe(true);
    expect(
      entry?.pending
        .filter(({ service }) => mine(service))
        .map(changeInText)
        .map(({ text }) => text),
    ).toEqual(expected);
  });

  test('approves nothing along that the file has besides, whatever that is', async () => {
    const some = (values: readonly string[]): fc.Arbitrary<string | undefined> =>
      fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 });
    const says = fc
      .record({
        environment: some(['live', 'test', '"a → b"']),
        description: some(['Payments', '"Sandbox, nothing real"']),
        verify: some(['{ path: /v1/me }', '{ method: HEAD, path: /v1/me }']),
        rotateEvery: some(['30d', '900d']),
        headers: some(['{ set: { x-a: "1" } }', '{ set: { x-a: "2" }, allow: [x-b] }']),
        limits: some(['{ requests: 5/minute }', '{ requests: 9/minute, timeout: 90s, perAgent: true }']),
        network: some(['private']),
        baseUrl: some(['https://api.example.com/', 'https://API.example.com:443', 'https://evil.example']),
        auth: some(['{ type: header, name: x-key }']),
        rule: some([
          '{ path: /**, methods: [GET] }',
          '{ path: /x, effect: deny }',
          '{ path: /y, methods: [GET], agents: [claude] }',
        ]),
        bare: some(['other']),
        command: some(['evil-mcp']),
        serverDescription: some(['Files', '"Harmless"']),
        serverLimits: some(['{ requests: 5/minute }']),
        tools: some(['read, write', '"*"']),
      })
      .map(
        (all) =>
          Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Record<string, string>,
      );
    await fc.assert(
      fc.asyncProperty(says, says, async (approved, written) => {
        const { open, save, disk } = setUp();
        const store = await open();
        await save(store, labelled(approved));
        await approveNow(store);
        await save(store, labelled(written));
        const [before] = store.entries();
        const waited = before?.pending.map(changeInText).map(({ text }) => text) ?? [];
        const add = (text: string | undefined): string => (text ?? '').replace('servers:', `${OWN}\nservers:`);
        await store.approveOwnChange('user', add, async (present) => {
          disk.read = { kind: 'text', text: add(present) };
        });
        const [after] = store.entries();
        const kept = new Map([...(after?.approvedPolicy?.services ?? [])].filter(([name]) => name !== 'mine'));
        expect(after?.approvedPolicy?.services.has('mine')).toBe(true);
        expect(
          samePolicy({ services: kept, servers: after?.approvedPolicy?.servers ?? new Map() }, before?.approvedPolicy),
        ).toBe(true);
        const waits = after?.pending.map(changeInText).map(({ text }) => text) ?? [];
        expect(waits).toEqual(expect.arrayContaining([...waited]));
      }),
      { numRuns: runs(150) },
    );
  });

  test('that could not be written leaves what was approved as it was, with its date and what it once was', async () => {
    const { open, save } = setUp();
    const store = await open();
    await save(store, policy('a', 'b'));
    await approveNow(store);
    await save(store, policy('a'));
    const before = store.entries()[0]?.approval;
    const act = store.approveOwnChange('user', addB, () => Promise.reject(new Error('disk full')));
    await expect(act).rejects.toThrow('disk full');
    await store.refresh();
    expect(store.entries()[0]?.approval).toEqual(before);
  });

  test('that could not be written does not stay approved', async () => {
    const { open, save } = setUp();
    const store = await open();
    await save(store, policy('a'));
    await approveNow(store);
    const act = store.approveOwnChange('user', addB, async () => {
      throw new Error('disk full');
    });
    await expect(act).rejects.toThrow('disk full');
    await save(store, policy('a', 'b'));
    expect(inForce(store)).toEqual(['/a']);
  });
});

test('looking again at unchanged files is no news', async () => {
  const { open, save } = setUp();
  const store = await open();
  await save(store, policy('a'));
  let news = 0;
  store.onDidChange(() => {
    news += 1;
  });
  await store.refresh();
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
      let store = await open();
      let approved = new Set<string>();
      let written: readonly string[] | undefined;
      let onDisk: 'valid' | 'invalid' | 'missing' = 'missing';
      for (const next of steps) {
        if (next.do === 'save') {
          await save(store, policy(...next.paths));
          const kept: readonly string[] = next.paths;
          written = kept;
          onDisk = 'valid';
          approved = new Set([...approved].filter((path) => kept.includes(path)));
        } else if (next.do === 'break') {
          await save(store, 'services: [');
          onDisk = 'invalid';
        } else if (next.do === 'delete') {
          await save(store, undefined);
          onDisk = 'missing';
        } else if (next.do === 'restart') {
          store = await open();
        } else if (onDisk === 'valid' && disk.read.kind === 'text') {
          await store.approve('user', disk.read.text);
          approved = new Set(written);
        }
        const expected =
          onDisk === 'missing' ? [] : [...approved].filter((path) => written?.includes(path)).map((path) => `/${path}`);
        expect(inForce(store)).toEqual(expected.sort());
      }
    }),
    { numRuns: runs(60) },
  );
});

test('where nothing waits, a change of our own leaves approved and written the same to the letter', async () => {
  const { open, save, disk, approved } = setUp();
  const store = await open();
  await save(store, '# a comment of mine\nservices: {}\n');
  const add = (text: string | undefined): string => `${text}# added\n`;
  await store.approveOwnChange('user', add, async (written) => {
    disk.read = { kind: 'text', text: add(written) };
  });
  expect(approved.files.get('user.yaml')).toBe('# a comment of mine\nservices: {}\n# added\n');
});
