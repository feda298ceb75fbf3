import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectGateway } from '../../../../src/gateway/control/pipe.ts';
import { ERROR_CODES, type ErrorCode, type Refusal } from '../../../../src/protocol/messages.ts';
import { forkGateway } from '../../../support/forkedGateway.ts';
import { gatewayInProcess } from '../../../support/gatewayInProcess.ts';
import { type RawUpstream, startRawUpstream } from '../../../support/rawUpstream.ts';
import {
  type Agent,
  connectAgent,
  freshKey,
  loopbackService,
  policyText,
  type Served,
  serve,
} from '../../../support/serve.ts';
import { until } from '../../../support/until.ts';
import { startUpstream, type Upstream } from '../../../support/upstream.ts';

const key = freshKey();
/** Codes of what comes with expiry and verification; nothing answers them yet. */
const NOT_YET: readonly ErrorCode[] = ['credential_expired', 'credential_rejected'];
/** It takes 45 seconds; see approvals.test.ts. */
const ELSEWHERE: readonly ErrorCode[] = ['approval_pending'];
const seen = new Set<ErrorCode>([...NOT_YET, ...ELSEWHERE]);

let upstream: Upstream;
let raw: RawUpstream;
let served: Served;
let agent: Agent;

beforeAll(async () => {
  upstream = await startUpstream();
  raw = await startRawUpstream();
  const services = {
    api: loopbackService(upstream.origin, {
      policies: [
        { path: '/**', methods: ['GET', 'POST'] },
        { path: '/denied', effect: 'deny' },
        { path: '/asking', methods: ['GET'], approval: 'always' },
      ],
    }),
    empty: loopbackService(upstream.origin),
    revoked: loopbackService(upstream.origin),
    frozen: loopbackService(upstream.origin),
    moved: loopbackService(upstream.origin),
    rated: loopbackService(upstream.origin, { limits: { requests: '1/hour' } }),
    small: loopbackService(upstream.origin, { limits: { requestBytes: '1KB', responseBytes: '1KB' } }),
    hasty: loopbackService(upstream.origin, { limits: { timeout: '300ms' } }),
    plain: loopbackService(`https://127.0.0.1:${upstream.port}`),
    gone: loopbackService('http://127.0.0.1:9'),
  };
  const { empty: _, ...others } = services;
  served = await serve({
    policy: policyText(services),
    credentials: Object.fromEntries(Object.keys(others).map((name) => [name, key])),
  });
  agent = await served.agent();
});

afterAll(async () => {
  await served?.stop();
  await upstream?.close();
  await raw?.close();
});

/** Checks what every refusal has, and that the API saw the call at most once. */
async function provoke(
  code: ErrorCode,
  sent: Refusal['sent'],
  tool: string,
  args: Record<string, unknown>,
  by: Agent = agent,
): Promise<Refusal> {
  const before = upstream.requests.length;
  const error = await by.refused(tool, args);
  wellFormed(error, code, sent, upstream.requests.length - before, tool === 'read');
  return error;
}

function wellFormed(error: Refusal, code: ErrorCode, sent: Refusal['sent'], arrived: number, isRead = false): void {
  expect(error).toMatchObject({ code, sent });
  expect(error.message).toMatch(/^.{10,}[.)]$/s);
  expect(error.nextStep).toMatch(/^.{10,}\S$/s);
  expect(JSON.stringify(error)).not.toContain(key);
  if (sent === 'no') expect(arrived).toBe(0);
  else if (isRead && error.nextStep.startsWith('It was a read, which changes nothing')) {
    // Sent once more by ourselves at most, on a connection that was open before.
    expect(arrived).toBeLessThanOrEqual(2);
  } else {
    expect(arrived).toBeLessThanOrEqual(1);
    // Nothing may invite an agent to do it once more: it may have happened.
    expect(error.nextStep.replace(/do not (repeat|call)[^.;:]*/gi, '')).not.toMatch(
      /\b(again|repeat|retry|once more)\b/i,
    );
  }
  seen.add(code);
}

describe('the refusal', () => {
  it('invalid_request', async () => {
    await provoke('invalid_request', 'no', 'read', { service: 'api', path: '/a/../b' });
    await provoke('invalid_request', 'no', 'execute', { service: 'api', method: 'PURGE', path: '/a' });
    await provoke('invalid_request', 'no', 'read', { service: 'api', path: '/a', select: ['a'] });
  });

  it('unknown_service', async () => {
    const error = await provoke('unknown_service', 'no', 'read', { service: 'strip', path: '/a' });
    expect(error.nextStep).toContain('api');
    await provoke('unknown_service', 'no', 'request_access', { service: 'x', method: 'GET', path: '/a', reason: 'r' });
    await provoke('unknown_service', 'no', 'list_services', { service: 'x' });
  });

  it('policy_denied, with the rule or the file, and the narrowest rule that would allow it', async () => {
    const error = await provoke('policy_denied', 'no', 'read', { service: 'api', path: '/denied' });
    expect(error.rule).toBe('api/policies/1');
    expect(error.message).toMatch(/valetkey\.yaml, line 1\b/);
    const other = await provoke('policy_denied', 'no', 'execute', { service: 'api', method: 'DELETE', path: '/a*b' });
    expect(other.nextStep).toMatch(/call request_access with the same .*methods: \[DELETE\]/);
  });

  it('approval_denied, where a rule asks and there is nobody to ask', async () => {
    await provoke('approval_denied', 'no', 'read', { service: 'api', path: '/asking' });
  });

  it('missing_credential', async () => {
    await provoke('missing_credential', 'no', 'read', { service: 'empty', path: '/a' });
  });

  it('revoked', async () => {
    await served.order({ do: 'revoke', service: 'revoked' });
    await provoke('revoked', 'no', 'read', { service: 'revoked', path: '/a' });
  });

  it('frozen', async () => {
    await served.order({ do: 'freeze', service: 'frozen' });
    await provoke('frozen', 'no', 'read', { service: 'frozen', path: '/a' });
  });

  it('origin_not_confirmed, once the policy names another origin than the credential was entered for', async () => {
    const text = fs.readFileSync(served.policyFile, 'utf8');
    const { services } = JSON.parse(text) as { services: Record<string, { baseUrl: string }> };
    (services.moved as { baseUrl: string }).baseUrl = raw.origin;
    fs.writeFileSync(served.policyFile, JSON.stringify({ services }));
    expect(await served.order({ do: 'reload' })).toMatchObject({ ok: true });
    const error = await provoke('origin_not_confirmed', 'no', 'read', { service: 'moved', path: '/a' });
    expect(error.message).toContain(upstream.origin);
    expect(error.message).toContain(raw.origin);
    expect(raw.bytes()).toHaveLength(0);
    expect((await agent.ok('list_services', { service: 'moved' })).services).toMatchObject([
      { status: 'not_confirmed' },
    ]);
    fs.writeFileSync(served.policyFile, text);
    await served.order({ do: 'reload' });
  });

  it('rate_limited, with the time to wait', async () => {
    await agent.ok('read', { service: 'rated', path: '/a' });
    const error = await provoke('rate_limited', 'no', 'read', { service: 'rated', path: '/a' });
    expect(error.retryAfterMs).toBeGreaterThan(3_500_000);
    expect(error.retryAfterMs).toBeLessThanOrEqual(3_600_000);
  });

  it('request_too_large', async () => {
    const args = { service: 'small', method: 'POST', path: '/a', text: 'x'.repeat(2000) };
    await provoke('request_too_large', 'no', 'execute', args);
  });

  it('response_too_large', async () => {
    await provoke('response_too_large', 'yes', 'read', { service: 'small', path: '/bytes/2000' });
  });

  it('upstream_unreachable', async () => {
    await provoke('upstream_unreachable', 'no', 'read', { service: 'gone', path: '/a' });
    await provoke('upstream_unreachable', 'unknown', 'read', { service: 'api', path: '/reset' });
    await provoke('upstream_unreachable', 'unknown', 'execute', {
      service: 'api',
      method: 'POST',
      path: '/reset',
      json: 1,
    });
  });

  it('upstream_unreachable, for a credential that no header can carry', async () => {
    await served.order({ do: 'rotate', service: 'small', credential: 'пароль-FAKE-ключ-77' });
    const error = await provoke('upstream_unreachable', 'no', 'read', { service: 'small', path: '/a' });
    expect(error.message).toContain('the credential contains a character');
    expect(JSON.stringify(error)).not.toContain('пароль');
    await served.order({ do: 'rotate', service: 'small', credential: key });
  });

  it('upstream_timeout', async () => {
    await provoke('upstream_timeout', 'unknown', 'execute', {
      service: 'hasty',
      method: 'POST',
      path: '/hang',
      json: 1,
    });
    await provoke('upstream_timeout', 'yes', 'read', { service: 'hasty', path: '/drip' });
  });

  it('upstream_tls', async () => {
    await provoke('upstream_tls', 'no', 'read', { service: 'plain', path: '/a' });
  });

  it('gateway_unavailable, without a gateway', async () => {
    const folder = path.join(served.folder, 'nobody-here');
    const alone = await connectAgent({ ...served.proxy, env: { VALETKEY_RUNTIME_DIR: folder } }, 'lonely');
    try {
      const error = await provoke('gateway_unavailable', 'no', 'read', { service: 'api', path: '/a' }, alone);
      expect(error.nextStep).toContain('VS Code');
      await provoke('gateway_unavailable', 'no', 'list_services', {}, alone);
    } finally {
      await alone.close();
    }
  });

  it('audit_unavailable, when the trail cannot be written, and nothing is sent', async () => {
    const blocked = await serve({
      policy: policyText({ api: loopbackService(upstream.origin) }),
      env: { VALETKEY_CREDENTIAL_API: key },
    });
    try {
      // A file where the folder should be: not even root can write below it.
      fs.rmSync(blocked.auditDir, { recursive: true, force: true });
      fs.writeFileSync(blocked.auditDir, '');
      const caller = await blocked.agent();
      await provoke('audit_unavailable', 'no', 'read', { service: 'api', path: '/a' }, caller);
      await provoke(
        'audit_unavailable',
        'no',
        'execute',
        { service: 'api', method: 'POST', path: '/a', json: 1 },
        caller,
      );
      fs.rmSync(blocked.auditDir);
      await caller.ok('read', { service: 'api', path: '/a' });
    } finally {
      await blocked.stop();
    }
  });
});

describe('the refusal', () => {
  it('policy_not_approved, for what is written and not approved, and in an untrusted workspace', async () => {
    const child = forkGateway();
    try {
      const control = await connectGateway(child.process, child.start, child.events);
      const withMethods = (...methods: string[]): string =>
        policyText({ api: loopbackService(upstream.origin, { policies: [{ path: '/**', methods }] }) });
      const window = { hostPid: process.pid, folders: [], focusedAt: 1 };
      const [approved, written] = [withMethods('GET'), withMethods('GET', 'POST')];
      await control.set({ policies: [{ id: 'user', label: 'user policy', approved, written, grants: true }] });
      await control.set({ credentials: child.credentials({ api: [upstream.origin, key] }) });
      const caller = await connectAgent(child.proxy, 'claude-code');
      try {
        await provoke('policy_not_approved', 'no', 'execute', { service: 'api', method: 'POST', path: '/a' }, caller);
        await control.set({ window: { ...window, trusted: false } });
        const untrusted = await provoke('policy_not_approved', 'no', 'read', { service: 'api', path: '/a' }, caller);
        expect(untrusted.nextStep).toContain('trust');
        await control.set({ window: { ...window, trusted: true } });
        await caller.ok('read', { service: 'api', path: '/a' });
      } finally {
        await caller.close();
      }
      control.dispose();
    } finally {
      await child.end();
    }
  });

  it('address_refused, for a name that leads inside, and internal, for a defect', async () => {
    const resolve = async (name: string): Promise<{ address: string; family: number }[]> => {
      if (name === 'defect.example') throw new Error(`a defect that quotes ${key}`);
      return [{ address: name === 'inside.example' ? '10.0.0.7' : '169.254.169.254', family: 4 }];
    };
    const names = ['inside', 'metadata', 'defect'];
    const local = await gatewayInProcess({
      policy: policyText(
        Object.fromEntries(
          names.map((name) => [
            name,
            {
              baseUrl: `https://${name}.example`,
              auth: { type: 'bearer' },
              policies: [{ path: '/**', methods: ['GET'] }],
            },
          ]),
        ),
      ),
      resolve,
      credentials: names.map((name) => [name, `https://${name}.example`, key] as const),
    });
    const refusal = async (name: string): Promise<Refusal> => {
      const result = await local.read(name, '/a');
      if ('answer' in result) throw new Error('answered');
      return result.refusal;
    };
    wellFormed(await refusal('inside'), 'address_refused', 'no', 0);
    wellFormed(await refusal('metadata'), 'address_refused', 'no', 0);
    wellFormed(await refusal('defect'), 'internal', 'no', 0);
    expect(local.log.join('\n')).toContain('a defect');
    expect(local.log.join('\n')).not.toContain(key);
    local.close();
  });

  it('cancelled is recorded, though the client that cancelled reads no answer', async () => {
    const before = upstream.requests.length;
    const controller = new AbortController();
    const call = agent.raw('read', { service: 'api', path: '/hang' }, controller.signal);
    await upstream.received(before + 1);
    controller.abort();
    await expect(call).rejects.toThrow();
    await until(() => served.records().some(({ code }) => code === 'cancelled'), 'a record of the cancelled call');
    await until(() => upstream.requests[before]?.aborted === true, 'the upstream request to be aborted');
    expect(served.records().findLast(({ code }) => code === 'cancelled')).toMatchObject({
      kind: 'outcome',
      verdict: 'allow',
    });
    seen.add('cancelled');
  });
});

it('every code of the closed list was provoked, or is named as one that comes later', () => {
  expect(ERROR_CODES.filter((code) => !seen.has(code))).toEqual([]);
});
