import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentName, clientName } from '../../../src/core/audit/agentName.ts';

describe('a client that puts the name of its entry behind its own', () => {
  it.each([
    ['qwen-cli-mcp-client-valet-key', 'qwen-cli-mcp-client', 'qwen'],
    ['qwen-cli-mcp-client-valet-key-mini', 'qwen-cli-mcp-client', 'qwen'],
    ['qwen-cli-mcp-client-github', 'qwen-cli-mcp-client', 'qwen'],
    ['qwen-cli-mcp-client', 'qwen-cli-mcp-client', 'qwen'],
    ['gemini-cli-mcp-client-valet-key', 'gemini-cli-mcp-client', 'gemini'],
    ['codex-mcp-client', 'codex-mcp-client', 'codex'],
    ['a-fork-mcp-client-my own', 'a-fork-mcp-client', 'a-fork-mcp-client'],
    ['some-agent-valet-key', 'some-agent', 'some-agent'],
    ['some-agent/valet-key-github', 'some-agent', 'some-agent'],
    ['some-agent:valet-key', 'some-agent', 'some-agent'],
    ['Some Agent (valet-key-github)', 'Some Agent', 'some-agent'],
    ['some-agent @ Valet-Key', 'some-agent', 'some-agent'],
    ['mcp-client-of-mine', 'mcp-client', 'mcp-client'],
    ['valet-key', 'valet-key', 'valet-key'],
    ['the-valet-keys', 'the-valet-keys', 'the-valet-keys'],
    ['claude-code', 'claude-code', 'claude'],
    ['Visual Studio Code', 'Visual Studio Code', 'copilot'],
    ['', '', 'unknown'],
  ])('%s is %s, for short %s', (raw, own, short) => {
    expect([clientName(raw), agentName(raw)]).toEqual([own, short]);
  });

  it('is one client, whatever entry it was started from', () => {
    const entry = fc.stringMatching(/^[a-z][a-z0-9-]{0,40}$/);
    const client = fc.constantFrom('qwen-cli-mcp-client', 'gemini-cli-mcp-client', 'new-one-mcp-client');
    fc.assert(
      fc.property(client, entry, (name, server) => {
        for (const raw of [`${name}-valet-key`, `${name}-valet-key-${server}`, `${name}-${server}`]) {
          expect([clientName(raw), agentName(raw)]).toEqual([clientName(name), agentName(name)]);
        }
      }),
    );
  });

  it('keeps a name that has nothing of an entry in it', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), (raw) => {
        fc.pre(!/mcp-client|valet-key/i.test(raw));
        expect(clientName(raw)).toBe(raw);
      }),
    );
  });
});
