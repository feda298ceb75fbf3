import { describe, expect, test } from 'vitest';
import manifest from '../../../../package.json' with { type: 'json' };
import nls from '../../../../package.nls.json' with { type: 'json' };
import type { PolicyChange } from '../../../../src/core/policy/compare/policyChange.ts';
import { phrase } from '../../../../src/core/text/phrase.ts';
import type { PolicyEntry } from '../../../../src/extension/policy/model/policyStore.ts';
import {
  type Concern,
  type ConcernFacts,
  concernKeys,
  concernRows,
  concernsOf,
} from '../../../../src/extension/services/model/concerns.ts';

const CHANGE: PolicyChange = { kind: 'widens', service: 'shop', words: phrase`GET /** on shop` };
const SOUND: PolicyEntry = { id: 'user', label: 'user policy', disk: 'valid', approval: { kind: 'none' }, pending: [] };
const ENTRIES: Readonly<Record<string, PolicyEntry>> = {
  sound: SOUND,
  absent: { ...SOUND, disk: 'missing' },
  waiting: { ...SOUND, pending: [CHANGE, CHANGE] },
  'with errors': { ...SOUND, disk: 'invalid' },
  'with errors since': { ...SOUND, disk: 'invalid', written: 'services: {}\n' },
  unreadable: { ...SOUND, disk: 'invalid', unreadable: phrase`It is a folder.` },
  missing: { ...SOUND, disk: 'missing', closed: ['shop'] },
  'missing, to be let go': { ...SOUND, disk: 'missing', closed: ['shop'], pending: [CHANGE] },
};

/** Every combination that a window can be in, with what it is called. */
const COMBINATIONS: readonly (readonly [string, ConcernFacts])[] = [true, false].flatMap((trusted) =>
  [true, false].flatMap((frozen) =>
    (['up', 'starting', 'down'] as const).flatMap((gateway) =>
      (['none', 'in-force', 'broken'] as const).flatMap((administrator) =>
        Object.entries(ENTRIES).flatMap(([file, entry]) =>
          [0, 1, 5].map((plainSecrets) => {
            const facts = { trusted, frozen, gateway, administrator, entries: [entry], plainSecrets };
            const words = [trusted ? 'trusted' : 'untrusted', frozen ? 'frozen' : '', gateway, administrator, file];
            return [`${words.filter(Boolean).join(', ')}, ${plainSecrets} secrets`, facts] as const;
          }),
        ),
      ),
    ),
  ),
);

/** What mends each concern: at least one of these is a button of its welcome. */
const WAYS_ON: Readonly<Record<Concern['kind'], readonly string[]>> = {
  untrusted: ['workbench.trust.manage'],
  frozen: ['valetKey.unfreeze'],
  gatewayDown: ['valetKey.restartGateway', 'valetKey.showLog'],
  administratorBroken: ['valetKey.showStatus'],
  policyBroken: ['valetKey.openPolicyFile', 'valetKey.showStatus'],
  policyMissing: ['valetKey.openPolicyFile', 'valetKey.showStatus'],
  pendingChanges: ['valetKey.reviewPolicyChanges'],
  plainSecrets: ['valetKey.moveSecrets', 'valetKey.checkup.focus'],
};

/** What cannot be read is not opened. */
function waysOn(concern: Concern): readonly string[] {
  const unreadable = concern.kind === 'policyBroken' && concern.entry.unreadable !== undefined;
  return unreadable ? ['valetKey.showStatus'] : WAYS_ON[concern.kind];
}

/** The buttons of the welcomes that VS Code shows in an empty *Services* view with these keys, from top to bottom. */
function buttons(keys: Readonly<Record<string, boolean>>): readonly string[] {
  return manifest.contributes.viewsWelcome
    .filter(({ view }) => view === 'valetKey.services')
    .filter((welcome) => !('when' in welcome) || welcome.when.split(' && ').every((term) => holds(term, keys)))
    .flatMap(({ contents }) => {
      const text = (nls as Readonly<Record<string, string>>)[contents.replaceAll('%', '')] ?? '';
      // A link that is a line of its own becomes a button.
      return [...text.matchAll(/^\[[^\]]+\]\(command:([\w.]+)\)$/gm)].map((match) => match[1] ?? '');
    });
}

/** One term of a `when` clause: a key, or `!key`. */
function holds(term: string, keys: Readonly<Record<string, boolean>>): boolean {
  const [, not, key = ''] = /^(!?)(valetKey\.\w+)$/.exec(term) ?? [];
  if (keys[key] === undefined) throw new Error(`${term} is no key of the concerns`);
  return (not === '!') !== keys[key];
}

test('the combinations are many, and each is another one', () => {
  expect(new Set(COMBINATIONS.map(([words]) => words)).size).toBe(2 * 2 * 3 * 3 * 8 * 3);
});

describe('an empty Services view', () => {
  test('has no row, and the buttons of each concern, whatever comes together', () => {
    for (const [words, facts] of COMBINATIONS) {
      const concerns = concernsOf(facts);
      expect(concernRows(concerns, 0), words).toEqual([]);
      const shown = buttons(concernKeys(concerns));
      expect(shown, words).not.toEqual([]);
      for (const concern of concerns) expect(shown, words).toEqual(expect.arrayContaining([...waysOn(concern)]));
    }
  });

  test('says nothing of what is no concern', () => {
    for (const [words, facts] of COMBINATIONS) {
      const concerns = concernsOf(facts);
      const foreign = Object.entries(WAYS_ON)
        .filter(([kind]) => !concerns.some((concern) => concern.kind === kind))
        .map(([, [first]]) => first)
        .filter((way) => !concerns.some(({ kind }) => WAYS_ON[kind].includes(way ?? '')));
      expect(
        buttons(concernKeys(concerns)).filter((way) => foreign.includes(way)),
        words,
      ).toEqual([]);
    }
  });

  test('offers to add a service, unless the file that it would go to is in trouble', () => {
    for (const [, facts] of COMBINATIONS) {
      const concerns = concernsOf(facts);
      const troubled = concerns.some(({ kind }) => kind === 'policyBroken' || kind === 'policyMissing');
      expect(buttons(concernKeys(concerns)).includes('valetKey.addService')).toBe(!troubled);
    }
  });

  test('does so, too, while a file of the workspace alone is in trouble', () => {
    const facts = { trusted: true, frozen: false, gateway: 'up', administrator: 'none', plainSecrets: 0 } as const;
    for (const file of ['with errors', 'unreadable', 'missing']) {
      const workspace = { ...(ENTRIES[file] ?? SOUND), id: 'workspace:file:///shop' };
      const offered = buttons(concernKeys(concernsOf({ ...facts, entries: [SOUND, workspace] })));
      expect([file, offered.includes('valetKey.addService')]).toEqual([file, true]);
    }
  });

  test('leads to what is in the way of a file that cannot be read, and not to opening it', () => {
    const facts = { trusted: true, frozen: false, gateway: 'up', administrator: 'none', plainSecrets: 0 } as const;
    const unreadable = ENTRIES.unreadable ?? SOUND;
    expect(buttons(concernKeys(concernsOf({ ...facts, entries: [unreadable] })))).toEqual(['valetKey.showStatus']);
    const broken = { ...SOUND, id: 'workspace:file:///shop', disk: 'invalid' } as const;
    expect(buttons(concernKeys(concernsOf({ ...facts, entries: [unreadable, broken] })))).toContain(
      'valetKey.openPolicyFile',
    );
  });

  test('of a new user with secrets in plain text offers to move them first, then the checkup, then a service', () => {
    const facts = {
      trusted: true,
      frozen: false,
      gateway: 'up',
      administrator: 'none',
      entries: [ENTRIES.absent ?? SOUND],
    } as const;
    expect(buttons(concernKeys(concernsOf({ ...facts, plainSecrets: 1 })))).toEqual([
      'valetKey.moveSecrets',
      'valetKey.checkup.focus',
      'valetKey.addService',
    ]);
    expect(buttons(concernKeys(concernsOf({ ...facts, plainSecrets: 0 })))).toEqual(['valetKey.addService']);
  });
});

describe('a Services view with services', () => {
  test('has a row for each concern, the most urgent first, whatever comes together', () => {
    const order = Object.keys(WAYS_ON);
    for (const [words, facts] of COMBINATIONS) {
      const rows = concernRows(concernsOf(facts), 1).map(({ kind }) => kind);
      expect(rows, words).toEqual([...rows].sort((one, other) => order.indexOf(one) - order.indexOf(other)));
      expect(rows.includes('untrusted'), words).toBe(!facts.trusted);
      expect(rows.includes('frozen'), words).toBe(facts.frozen);
      expect(rows.includes('gatewayDown'), words).toBe(facts.gateway === 'down');
      expect(rows.includes('administratorBroken'), words).toBe(facts.administrator === 'broken');
      expect(rows.includes('plainSecrets'), words).toBe(facts.plainSecrets > 0);
      // Nobody is urged to approve what a workspace brings before it is trusted.
      const pending = facts.entries.some((entry) => entry.pending.length > 0);
      expect(rows.includes('pendingChanges'), words).toBe(facts.trusted && pending);
    }
  });

  test.each([
    ['sound', []],
    ['absent', []],
    ['waiting', ['pendingChanges']],
    ['with errors', ['policyBroken']],
    ['with errors since', ['policyBroken']],
    ['unreadable', ['policyBroken']],
    ['missing', ['policyMissing']],
    ['missing, to be let go', ['policyMissing', 'pendingChanges']],
  ])('a policy file that is %s: %j', (file, expected) => {
    const facts = { trusted: true, frozen: false, gateway: 'up', administrator: 'none', plainSecrets: 0 } as const;
    const concerns = concernsOf({ ...facts, entries: [SOUND, ENTRIES[file] ?? SOUND] });
    expect(concerns.map(({ kind }) => kind)).toEqual(expected);
  });

  test('two files in trouble are two rows', () => {
    const facts = { trusted: true, frozen: false, gateway: 'up', administrator: 'none', plainSecrets: 0 } as const;
    const broken = (id: string): PolicyEntry => ({ ...SOUND, id, disk: 'invalid' });
    expect(concernsOf({ ...facts, entries: [broken('user'), broken('workspace:file:///shop')] })).toHaveLength(2);
  });
});
