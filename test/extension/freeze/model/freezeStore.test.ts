import { describe, expect, test } from 'vitest';
import { FreezeStore } from '../../../../src/extension/freeze/model/freezeStore.ts';
import type { SharedStateRead, SignedFreeze } from '../../../../src/extension/state/sharedState.ts';
import type { FreezeState } from '../../../../src/gateway/control/controlPort.ts';
import { FakeSecrets } from '../../support/fakes.ts';

class FakeFile {
  content: SharedStateRead = { kind: 'missing' };
  failing = false;

  read(): SharedStateRead {
    return this.content;
  }

  writeFreeze(freeze: SignedFreeze): void {
    if (this.failing) throw new Error('disk full');
    this.content = { kind: 'state', state: { version: 1, freeze, change: '' } };
  }

  /** What an agent, who has no key, can write. */
  forge(freeze: FreezeState, revision = 0, mac = ''): void {
    this.writeFreeze({ all: freeze.all, services: [...freeze.services], revision, mac });
  }
}

const NOTHING = { all: false, services: [] };

function setUp() {
  const file = new FakeFile();
  const secrets = new FakeSecrets();
  return { file, secrets, store: new FreezeStore({ file, secrets }), open: () => new FreezeStore({ file, secrets }) };
}

async function loaded(store: FreezeStore): Promise<FreezeState> {
  await store.load();
  return store.state;
}

describe('frozen is what either place says', () => {
  test('nothing anywhere: not frozen', async () => {
    expect(await loaded(setUp().store)).toEqual(NOTHING);
  });

  test('survives a restart', async () => {
    const { store, open } = setUp();
    await store.freezeAll();
    expect((await loaded(open())).all).toBe(true);
  });

  test('a file that an agent set to unfrozen does not unfreeze', async () => {
    const { file, store, open } = setUp();
    await store.freezeAll();
    file.forge(NOTHING);
    expect((await loaded(store)).all).toBe(true);
    expect((await loaded(open())).all).toBe(true);
  });

  test('a deleted file does not unfreeze, even where SecretStorage lost its half', async () => {
    const { file, secrets, store } = setUp();
    await store.freezeAll();
    file.content = { kind: 'missing' };
    secrets.entries.clear();
    expect((await loaded(store)).all).toBe(true);
  });

  test('a lost secret does not unfreeze', async () => {
    const { secrets, store, open } = setUp();
    await store.freezeService('stripe');
    secrets.entries.clear();
    expect((await loaded(open())).services).toEqual(['stripe']);
  });

  test.each(['file', 'secret'] as const)('a damaged %s counts as frozen', async (which) => {
    const { file, secrets, store } = setUp();
    if (which === 'file') file.content = { kind: 'malformed' };
    else secrets.entries.set('freeze', '{');
    expect((await loaded(store)).all).toBe(true);
  });

  test('what another window said in the file is repeated in SecretStorage, where no agent can take it back', async () => {
    const { file, store, open } = setUp();
    file.forge({ all: false, services: ['stripe'] });
    await store.load();
    file.forge(NOTHING);
    expect((await loaded(open())).services).toEqual(['stripe']);
  });

  test('services of both places count together', async () => {
    const { file, secrets, store } = setUp();
    file.forge({ all: false, services: ['stripe'] });
    secrets.entries.set('freeze', JSON.stringify({ all: false, services: ['github'], revision: 1 }));
    expect((await loaded(store)).services).toEqual(['github', 'stripe']);
  });
});

describe('freezing', () => {
  test('is announced before anything is written', () => {
    const { file, store } = setUp();
    const seen: FreezeState[] = [];
    store.onDidChange((state) => seen.push(state));
    void store.freezeAll();
    expect(seen).toEqual([{ all: true, services: [] }]);
    expect(file.content.kind).toBe('missing');
  });

  test('is not lifted by a reading that began before it', async () => {
    const { secrets, store } = setUp();
    secrets.delay = () => 5;
    const seen: boolean[] = [];
    store.onDidChange((state) => seen.push(state.all));
    const reading = store.load();
    const freezing = store.freezeAll();
    await Promise.all([reading, freezing]);
    expect(seen).toEqual([true]);
    expect(store.state.all).toBe(true);
  });

  test('holds when the disk refuses: SecretStorage has it, and the user is told', async () => {
    const { file, store, open } = setUp();
    file.failing = true;
    await expect(store.freezeAll()).rejects.toThrow('disk full');
    expect(store.state.all).toBe(true);
    expect((await loaded(open())).all).toBe(true);
  });

  test('one service leaves the others alone', async () => {
    const { store } = setUp();
    await store.freezeService('stripe');
    expect([store.isFrozen('stripe'), store.isFrozen('github')]).toEqual([true, false]);
  });
});

describe('unfreezing', () => {
  test('lifts everything in both places', async () => {
    const { store, open } = setUp();
    await store.freezeAll();
    await store.freezeService('stripe');
    await store.unfreeze();
    expect(store.state).toEqual(NOTHING);
    expect(await loaded(open())).toEqual(NOTHING);
  });

  test('of one service leaves the others frozen', async () => {
    const { store } = setUp();
    await store.freezeService('stripe');
    await store.freezeService('github');
    await store.unfreeze('stripe');
    expect(store.state.services).toEqual(['github']);
  });

  test('of one service does not lift the whole freeze', async () => {
    const { store } = setUp();
    await store.freezeAll();
    await store.unfreeze('stripe');
    expect(store.state.all).toBe(true);
  });

  test('reaches another window, which then is not frozen either', async () => {
    const { store, open } = setUp();
    const other = open();
    await store.freezeAll();
    await other.load();
    await store.unfreeze();
    expect(await loaded(other)).toEqual(NOTHING);
  });

  test('does not lift a freeze that was asked for after it', async () => {
    const { store } = setUp();
    await store.freezeAll();
    const lifting = store.unfreeze();
    const freezing = store.freezeService('stripe');
    await Promise.all([lifting, freezing]);
    expect(store.state).toEqual({ all: false, services: ['stripe'] });
  });

  test('reaches a window whose SecretStorage does not hear of it', async () => {
    const { file, secrets, store } = setUp();
    await store.load();
    const deaf = new FakeSecrets();
    deaf.entries.set('key/freeze', secrets.entries.get('key/freeze') ?? '');
    const other = new FreezeStore({ file, secrets: deaf });
    await store.freezeAll();
    expect((await loaded(other)).all).toBe(true);
    await store.unfreeze();
    expect(await loaded(other)).toEqual(NOTHING);
    expect(await loaded(other)).toEqual(NOTHING);
  });

  test('is not done by an old signed file that is put back', async () => {
    const { file, store, open } = setUp();
    await store.freezeAll();
    await store.unfreeze();
    const unfrozen = file.content;
    await store.freezeAll();
    file.content = unfrozen;
    expect((await loaded(store)).all).toBe(true);
    expect((await loaded(open())).all).toBe(true);
  });

  test.each(['', 'f'.repeat(64)])('is not done by a file with a later revision and the signature %j', async (mac) => {
    const { file, store, open } = setUp();
    await store.freezeAll();
    file.forge(NOTHING, 99, mac);
    expect((await loaded(store)).all).toBe(true);
    expect((await loaded(open())).all).toBe(true);
  });

  test('still works after an agent forged a late revision', async () => {
    const { file, store, open } = setUp();
    file.forge({ all: true, services: [] }, 1_000_000, '');
    await store.load();
    await store.unfreeze();
    expect(store.state).toEqual(NOTHING);
    expect(await loaded(open())).toEqual(NOTHING);
  });
});

test('a program that rewrites the file without end keeps no freeze from the other windows, nor the user from lifting it', async () => {
  const { file, secrets, store } = setUp();
  await store.load();
  let asked = 0;
  const get = secrets.get.bind(secrets);
  secrets.get = (key) => {
    asked += 1;
    return get(key);
  };
  for (const act of [() => store.freezeAll(), () => store.unfreeze()]) {
    // Each change of the file is a reason to read it again.
    const told = Array.from({ length: 500 }, () => store.load());
    asked = 0;
    await act();
    expect(asked).toBeLessThan(20);
    await Promise.all(told);
  }
  expect(file.content).toMatchObject({ state: { freeze: { all: false, revision: 2 } } });
});
