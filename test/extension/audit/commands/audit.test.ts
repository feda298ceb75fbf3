import { describe, expect, test } from 'vitest';
import { phrase } from '../../../../src/core/text/phrase.ts';
import { explainCall } from '../../../../src/extension/audit/commands/explainCall.ts';
import { reviewAccessRequest } from '../../../../src/extension/audit/commands/reviewAccessRequest.ts';
import type { Activity } from '../../../../src/extension/audit/model/activity.ts';
import { CallNode } from '../../../../src/extension/audit/views/callNode.ts';
import type { Explanation } from '../../../../src/gateway/control/controlPort.ts';
import { type Act, CLOSE } from '../../support/fakeEditor.ts';
import { fakeWindow, policyEntry } from '../../support/fakeWindow.ts';
import { NOW, useEditor } from '../../support/useEditor.ts';

const editor = useEditor();
const refused = (message: string, rule?: string): Explanation => ({
  refusal: {
    code: 'policy_denied',
    message: phrase`${message}`,
    nextStep: phrase``,
    sent: 'no',
    ...(rule === undefined ? {} : { rule }),
  },
});
const DENIED = refused('No rule allows it.');
const REFUSED = refused('It denies.', 'p.yaml:7');
const ALLOWED: Explanation = { allowed: { reason: phrase`p.yaml:3 allows it.`, file: 'p.yaml' } };
const ASKS: Explanation = { allowed: { reason: phrase`p.yaml:3 asks.`, file: 'p.yaml', asks: true } };

describe('an access request', () => {
  const REQUEST = {
    id: 'r',
    service: 'stripe',
    method: 'GET',
    path: '/v1/refunds',
    reason: 'to look',
    agent: 'claude',
    until: NOW + 60_000,
  };

  async function window(now: Explanation, then: Explanation) {
    const written: string[] = [];
    const settled: (readonly unknown[])[] = [];
    const one = await fakeWindow();
    Object.assign(one.app.policies, {
      approveOwnChange: async (_id: string, change: (approved: string) => string) =>
        void written.push(
          change(
            'services:\n  stripe:\n    baseUrl: https://api.stripe.com\n    auth: { type: bearer }\n    policies: []\n',
          ),
        ),
    });
    one.run.control.explain = async (_call, added) => (added ? then : now);
    one.run.control.settleAccessRequest = async (...all) => void settled.push(all);
    one.app.accessRequests.add(REQUEST);
    return { ...one, written, settled };
  }

  test.for<[what: string, now: Explanation, then: Explanation, outcome: string, why: RegExp]>([
    ['is allowed already', ALLOWED, ALLOWED, 'needless', /already allows this request\. p\.yaml:3 allows it\./],
    ['is asked about already', ASKS, ASKS, 'needless', /you are asked each time/],
    ['a deny rule forbids', DENIED, REFUSED, 'needless', /deny rules win\. It denies\./],
    ['one rule does not allow', DENIED, DENIED, 'needless', /would not allow the request/],
  ])('for what %s is not asked about', async ([, now, then, outcome, why]) => {
    const { app, settled, written } = await window(now, then);
    await reviewAccessRequest(app, undefined);
    expect(editor.shown).toMatchObject([{ kind: 'error', text: 'No rule was added.' }]);
    expect(editor.shown[0]?.detail).toMatch(why);
    expect([settled, written]).toEqual([[['r', outcome]], []]);
  });

  test.for<[act: Act, settled: readonly unknown[], recorded: readonly string[]]>([
    [CLOSE, [], []],
    ['Decline', [['r', 'declined']], ['record decline_access']],
  ])('%s writes nothing', async ([act, settled, recorded]) => {
    const one = await window(DENIED, ALLOWED);
    editor.will(act);
    await reviewAccessRequest(one.app, undefined);
    expect([one.written, one.settled, one.run.told]).toEqual([[], settled, recorded]);
    expect(one.app.accessRequests.waiting).toHaveLength(settled.length === 0 ? 1 : 0);
  });

  test.for<[what: string, change: (one: Awaited<ReturnType<typeof window>>) => void, why: RegExp]>([
    ['unsaved changes', ({ app }) => Object.assign(app.locations, { isDirty: () => true }), /has unsaved changes/],
    ['errors', ({ entries }) => entries.splice(0, 1, policyEntry({ disk: 'invalid' })), /has errors or is missing/],
  ])('is not granted in a file with %s, and goes on waiting', async ([, change, why]) => {
    const one = await window(DENIED, ALLOWED);
    change(one);
    editor.will('Add Rule');
    await reviewAccessRequest(one.app, undefined);
    expect(editor.shown.at(-1)?.detail).toMatch(why);
    expect([one.written, one.settled]).toEqual([[], []]);
  });

  test('of a service that is gone says so', async () => {
    const one = await window(DENIED, ALLOWED);
    one.entries.length = 0;
    await reviewAccessRequest(one.app, undefined);
    expect(editor.shown[0]?.detail).toBe('“stripe” is no longer in a policy file of this window.');
  });

  test('that is not there says so', async () => {
    const { app } = await fakeWindow();
    await reviewAccessRequest(app, undefined);
    expect(editor.toasts).toEqual(['No agent asks for access.']);
  });
});

describe('why a call was blocked', () => {
  const CALL = {
    id: '1',
    agent: 'claude',
    service: 'stripe',
    method: 'GET',
    path: '/v1/x',
    time: new Date(NOW).toISOString(),
  };

  test.for<[Omit<Extract<Activity['result'], { kind: 'blocked' }>, 'kind'>, Explanation, detail: RegExp]>([
    [{ code: 'policy_denied' }, DENIED, /Under the current policy: No rule allows it\.\nIf agents should/],
    [{ code: 'policy_denied' }, ALLOWED, /this request would be allowed\.\np\.yaml:3 allows it\./],
    [{ code: 'policy_denied' }, ASKS, /this request would wait for your approval\./],
    [
      { code: 'invalid_request', inIt: 'stripe' },
      DENIED,
      /contained the credential of “stripe”.*\nFew calls of this agent pass until/,
    ],
    [{ code: 'frozen', inIt: 'stripe' }, DENIED, /blocked for a different reason: access is frozen/],
    [{ code: 'rate_limited', heldBack: true }, DENIED, /An earlier call of this agent/],
  ])('%j', async ([blocked, explanation, detail]) => {
    const { app, run } = await fakeWindow();
    run.control.explain = async () => explanation;
    editor.will(CLOSE);
    await explainCall(app, new CallNode({ ...CALL, result: { kind: 'blocked', ...blocked } }));
    expect(editor.shown[0]?.detail).toMatch(detail);
  });

  test('is not asked of the gateway where a credential stood in the call', async () => {
    const { app, run } = await fakeWindow();
    run.control.explain = () => Promise.reject(new Error('asked'));
    editor.will(CLOSE);
    await explainCall(
      app,
      new CallNode({ ...CALL, result: { kind: 'blocked', code: 'invalid_request', inIt: 'stripe' } }),
    );
    expect(editor.shown).toHaveLength(1);
  });

  test('is no question where no call was', async () => {
    const { app } = await fakeWindow();
    await explainCall(app, undefined);
    expect(editor.toasts).toEqual(['No call was blocked in this window.']);
  });
});
