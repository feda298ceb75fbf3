import { describe, expect, test } from 'vitest';
import { AgentStore } from '../../../../src/extension/agents/model/agentStore.ts';
import { ApprovalStore } from '../../../../src/extension/state/approvalStore.ts';
import { FakeSecrets, FakeTexts, noPause } from '../../support/fakes.ts';

function storage(): { texts: FakeTexts; secrets: FakeSecrets; open(): AgentStore } {
  const texts = new FakeTexts();
  const secrets = new FakeSecrets();
  const open = (): AgentStore =>
    new AgentStore({
      text: new ApprovalStore({ texts, secrets, installation: '/storage', pause: noPause }),
      now: () => 1,
    });
  return { texts, secrets, open };
}

describe('which agents may call', () => {
  test('at first, those that VS Code starts and nobody else', async () => {
    const agents = storage().open();
    await agents.load();
    expect(agents.admission).toEqual({ entries: ['vscode'], names: [], frozen: [] });
  });

  test('is remembered, and another window reads it', async () => {
    const shared = storage();
    const [one, other] = [shared.open(), shared.open()];
    await one.allow('my agent');
    await one.connect('codex');
    await other.freeze('Claude');
    await one.load();
    expect(one.admission).toEqual({ entries: ['vscode', 'codex'], names: ['my agent'], frozen: ['Claude'] });
    await other.forget({ entry: 'codex' });
    await other.forget({ name: 'my agent' });
    await other.unfreeze('Claude');
    await one.load();
    expect(one.admission).toEqual({ entries: ['vscode'], names: [], frozen: [] });
  });

  test('a client is named once, whichever of its entries an earlier build took it for', async () => {
    const agents = storage().open();
    const [own, wrapped] = ['qwen-cli-mcp-client-valet-key', 'qwen-cli-mcp-client-valet-key-mini'];
    for (const name of [own, wrapped]) {
      await agents.allow(name);
      await agents.freeze(name);
    }
    const client = 'qwen-cli-mcp-client';
    expect(agents.admission).toEqual({ entries: ['vscode'], names: [client], frozen: [client] });
    await agents.unfreeze(client);
    await agents.forget({ name: client });
    expect(agents.admission).toEqual({ entries: ['vscode'], names: [], frozen: [] });
  });

  test('a record that somebody edited lets nobody call, VS Code’s own agents included', async () => {
    const shared = storage();
    await shared.open().freeze('Claude');
    for (const [name, text] of shared.texts.files) {
      if (name.endsWith('.yaml')) shared.texts.files.set(name, text.replace('"names":[]', '"names":["evil"]'));
    }
    const agents = shared.open();
    await agents.load();
    expect([agents.broken, agents.admission]).toEqual([true, { entries: [], names: [], frozen: [] }]);
    await agents.allow('good');
    expect([agents.broken, agents.admission.names]).toEqual([false, ['good']]);
  });

  test('a record that somebody deleted lets nobody call either', async () => {
    const shared = storage();
    await shared.open().freeze('Claude');
    shared.texts.files.clear();
    const agents = shared.open();
    await agents.load();
    expect(agents.admission.entries).toEqual([]);
  });

  test('a freeze is in force at once, and stays when it cannot be kept', async () => {
    const shared = storage();
    shared.secrets.store = async () => {
      throw new Error('no keyring');
    };
    const agents = shared.open();
    const kept = agents.freeze('Claude');
    expect(agents.admission.frozen).toEqual(['Claude']);
    await expect(kept).rejects.toThrow('no keyring');
    expect(agents.admission.frozen).toEqual(['Claude']);
  });
});
