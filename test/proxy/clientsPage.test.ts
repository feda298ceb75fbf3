import fs from 'node:fs';
import path from 'node:path';
import type { ServerNotification } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import type { AgentAdmission, ApprovalQuestion, GatewayControl } from '../../src/gateway/control/controlPort.ts';
import { connectGateway } from '../../src/gateway/control/pipe.ts';
import { callProgress, UPSTREAM_UNIT } from '../../src/proxy/callProgress.ts';
import { type ForkedGateway, forkGateway } from '../support/forkedGateway.ts';
import { type Agent, connectAgent, freshKey, loopbackService, policyText } from '../support/serve.ts';
import { until } from '../support/until.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

// What docs/clients.md says of clients that do otherwise: the sentence stands there, and it is true of us.

const PAGE = fs.readFileSync(path.join(import.meta.dirname, '../../docs/clients.md'), 'utf8');

/** What the page says of this client in the row that holds these words: what it does, and what helps. */
function saidOf(client: string, words: string): { does: string; helps: string } {
  const rows = PAGE.split('\n').map((line) => line.split(' | '));
  const row = rows.find(([name, does]) => name === `| ${client}` && does?.includes(words));
  if (!row) throw new Error(`docs/clients.md says nothing of ${client}: ${words}`);
  const [, does = '', helps = ''] = row;
  return { does, helps };
}

describe('a client that shows the number of a progress notice before its words', () => {
  afterEach(() => void vi.useRealTimers());

  it.each([
    ['what the page says of a service', 1],
    ['what the page says of an upstream MCP server', UPSTREAM_UNIT],
  ])('shows the seconds so far: %s', (_, unit) => {
    vi.useFakeTimers();
    const shown: string[] = [];
    const notices = callProgress(
      'token',
      ({ params }: ServerNotification) => {
        const { progress = 0, message } = params as { progress?: number; message?: string };
        shown.push(`${Number.isInteger(progress) ? progress.toFixed(1) : progress}: ${message}`);
      },
      unit,
    );
    vi.advanceTimersByTime(20_000);
    notices?.stop();
    const { does, helps } = saidOf('Copilot CLI', 'number of a progress notice');
    expect(helps).toContain('seconds so far');
    const [example = ''] = /[\d.]+: Waiting/.exec(unit === 1 ? does : helps) ?? [];
    expect(example).not.toBe('');
    expect(shown.at(-1)).toMatch(new RegExp(`^${example.replaceAll('.', '\\.')} .*\\b20 seconds so far`));
  });
});

describe('a client whose Esc cancels nothing', () => {
  const AGENT = 'gemini-cli-mcp-client';
  const ALLOWED: AgentAdmission = { entries: [], names: [AGENT], frozen: [] };
  let upstream: Upstream;
  let gateway: ForkedGateway;
  let control: GatewayControl;
  let agent: Agent;
  const questions: (ApprovalQuestion & { gone?: true })[] = [];

  beforeAll(async () => {
    upstream = await startUpstream();
    gateway = forkGateway();
    control = await connectGateway(gateway.process, gateway.start, {
      ...gateway.events,
      onApproval: (question) => void questions.push({ ...question }),
      onApprovalGone: (id) => {
        const question = questions.find((one) => one.id === id);
        if (question) question.gone = true;
      },
    });
    const policies = [{ path: '/v1/**', methods: ['POST'], approval: 'always' }];
    const text = policyText({ api: loopbackService(upstream.origin, { policies }) });
    const binding = { origin: upstream.origin, placement: 'bearer' };
    await control.set({
      agents: ALLOWED,
      credentials: { current: [{ service: 'api', value: new Secret(freshKey()), binding }], retired: [], revoked: [] },
      policies: [{ id: 'user', label: 'policy', approved: text, written: text, grants: true }],
    });
    agent = await connectAgent(gateway.proxy, AGENT);
  });
  afterAll(async () => {
    await agent?.close();
    await gateway?.end();
    await upstream?.close();
  });

  // Each row takes what the page promises by this word.
  it.each<
    [what: string, says: 'does' | 'helps', word: string, act: (question: ApprovalQuestion) => unknown, sent: 0 | 1]
  >([
    [
      'is sent if the user allows it then',
      'does',
      'is sent if you allow it then',
      (question) => say(question, true),
      1,
    ],
    ['is not sent after a no', 'helps', '*Deny*', (question) => say(question, false), 0],
    [
      'is not sent where the agent is frozen',
      'helps',
      '*Freeze Agent*',
      () => control.set({ agents: { ...ALLOWED, frozen: [AGENT] } }),
      0,
    ],
  ])('what still waits %s', async (_, column, word, act, sent) => {
    expect(saidOf('Gemini CLI', 'Esc cancels nothing')[column]).toContain(word);
    const before = upstream.requests.length;
    const asked = questions.length;
    // The client stops listening and says nothing of it.
    const forgotten = agent.raw('execute', { service: 'api', method: 'POST', path: '/v1/refunds', json: { n: asked } });
    await until(() => questions.length > asked, 'a question');
    const question = questions[asked] as ApprovalQuestion & { gone?: true };
    await agent.ok('read', { service: 'api', path: '/other' }).catch(() => undefined);
    expect(question.gone).toBeUndefined();
    await act(question);
    await forgotten;
    expect(upstream.requests).toHaveLength(before + sent);
    await until(() => question.gone === true || sent === 1, 'the question to be withdrawn');
    await control.set({ agents: ALLOWED });
  });

  function say({ id, requestHash }: ApprovalQuestion, allow: boolean): Promise<boolean> {
    return control.answerApproval(id, requestHash, allow ? { allow: true, for: 'once' } : { allow: false });
  }
});
