import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentName } from '../../../src/core/audit/agentName.ts';
import type { AuditEvent } from '../../../src/core/audit/auditEvent.ts';
import { humanLine } from '../../../src/core/audit/humanLine.ts';
import { ERROR_CODES } from '../../../src/protocol/messages.ts';
import { runs } from '../../support/runs.ts';

type Timed = AuditEvent & { readonly time: string };

const OUTCOME: Timed = {
  time: '2024-03-15T10:23:45.678Z',
  id: 'e1',
  kind: 'outcome',
  agent: { name: 'claude' },
  service: 'stripe',
  method: 'GET',
  path: '/v1/charges',
  verdict: 'allow',
  status: 200,
  durationMs: 141.6,
};
const { status: _status, durationMs: _durationMs, ...NO_ANSWER } = OUTCOME;

describe('humanLine', () => {
  it('writes the two forms of the contract', () => {
    expect(humanLine(OUTCOME)).toBe('2024-03-15T10:23:45Z | agent:claude | stripe | GET /v1/charges | 200 | 142ms');
    expect(humanLine({ ...NO_ANSWER, kind: 'denied', method: 'POST', verdict: 'deny', code: 'policy_denied' })).toBe(
      '2024-03-15T10:23:45Z | agent:claude | stripe | POST /v1/charges | BLOCKED | policy violation',
    );
  });

  it.each([
    [{ ...NO_ANSWER, kind: 'denied', code: 'frozen' }, 'BLOCKED | frozen'],
    [{ ...NO_ANSWER, kind: 'denied', code: 'missing_credential' }, 'BLOCKED | no credential'],
    [{ ...NO_ANSWER, kind: 'denied', code: 'approval_pending' }, 'WAITING | approval'],
    [{ ...NO_ANSWER, kind: 'denied' }, 'BLOCKED | policy violation'],
    [{ ...NO_ANSWER, kind: 'denied', code: 'constructor' }, 'BLOCKED | constructor'],
    [{ ...NO_ANSWER, kind: 'outcome', code: 'upstream_timeout' }, 'FAILED | upstream timeout'],
    [{ ...NO_ANSWER, kind: 'outcome', code: 'frozen' }, 'BLOCKED | frozen'],
    [{ ...NO_ANSWER, kind: 'outcome', code: 'some_new_code' }, 'FAILED | some new code'],
    [{ ...OUTCOME, code: 'response_too_large' }, 'FAILED | answer too large'],
    [{ ...OUTCOME, status: 401, code: 'audit_unavailable' }, '401 | 142ms'],
    [{ ...NO_ANSWER, kind: 'intent' }, 'SENDING | allow'],
  ] as const)('ends with what became of the call: %#', (event, end) => {
    expect(humanLine(event)).toBe(`2024-03-15T10:23:45Z | agent:claude | stripe | GET /v1/charges | ${end}`);
  });

  it('has words for every code', () => {
    for (const code of ERROR_CODES) {
      expect(humanLine({ ...NO_ANSWER, kind: 'denied', code })).toMatch(/ \| (?:BLOCKED|WAITING) \| [a-zA-Z ]+$/);
    }
  });

  it('writes what the user or retention did', () => {
    const control: Timed = {
      time: OUTCOME.time,
      id: 'c',
      kind: 'control',
      agent: { name: 'person' },
      verdict: 'rotate',
    };
    expect(humanLine({ ...control, verdict: 'freeze' })).toBe('2024-03-15T10:23:45Z | control | all services | freeze');
    expect(humanLine({ ...control, service: 'stripe', credential: { name: 'stripe', last4: '4f2a' } })).toBe(
      '2024-03-15T10:23:45Z | control | stripe | rotate | stripe ••••4f2a',
    );
    expect(humanLine({ ...control, service: 'stripe', credential: { name: 'stripe', last4: '' } })).toBe(
      '2024-03-15T10:23:45Z | control | stripe | rotate | stripe',
    );
    expect(humanLine({ ...control, verdict: 'approve', subject: 'valetkey.yaml | user' })).toBe(
      '2024-03-15T10:23:45Z | control | valetkey.yaml \\u007c user | approve',
    );
    const removed = { gatewayId: 'run-1', seq: 12, hash: 'ab' };
    expect(humanLine({ ...control, kind: 'pruned', removed })).toBe(
      '2024-03-15T10:23:45Z | control | audit trail | prune | removed records up to 12 of run-1',
    );
  });

  it('keeps its form whatever an agent sends', () => {
    const hostile = fc.string({
      unit: fc.oneof(
        fc.constantFrom(
          ' | ',
          '|',
          ' ',
          '\\',
          '\n',
          '\r',
          '\u0085',
          '\u001b[',
          '\u009b',
          '\u202e',
          '\u2028',
          '\u200b',
          '\u00a0',
          '\u3000',
          '\ud800',
          '200',
          'ms',
        ),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      ),
      maxLength: 12,
    });
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, hostile, (name, service, method, path, code) => {
        for (const event of [OUTCOME, NO_ANSWER]) {
          const line = humanLine({
            ...event,
            agent: { name },
            service,
            method,
            path,
            ...(event === OUTCOME ? {} : { code }),
          });
          expect(line.split(' | ')).toHaveLength(6);
          expect(line.split('|')).toHaveLength(6);
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|[^\S ]/u);
        }
      }),
      { numRuns: runs(200) },
    );
  });

  it('tells fields apart that differ only in what is escaped', () => {
    const line = (path: string): string => humanLine({ ...OUTCOME, path });
    expect(line('/a|b')).toContain('/a\\u007cb');
    expect(line('/a\\u007cb')).toContain('/a\\u005cu007cb');
  });
});

describe('agentName', () => {
  it.each([
    ['Visual Studio Code', 'copilot'],
    ['Visual Studio Code - Insiders', 'copilot'],
    ['code-server', 'copilot'],
    ['GitHub Copilot CLI', 'copilot'],
    ['claude-ai', 'claude'],
    ['claude-code', 'claude'],
    ['Claude', 'claude'],
    ['cursor-vscode', 'cursor'],
    ['Cursor', 'cursor'],
    ['codex-mcp-client', 'codex'],
    ['gemini-cli-mcp-client', 'gemini'],
    ['windsurf-client', 'windsurf'],
    ['Cline', 'cline'],
    ['Continue', 'continue'],
    ['continue-client', 'continue'],
    ['claudette', 'claudette'],
    ['My Agent (v2)', 'my-agent-v2'],
    ['Ägent Übung', 'a-gent-u-bung'],
    ['a'.repeat(100_000), 'a'.repeat(32)],
    ['../../etc\n| x', 'etc-x'],
    ['агент', 'unknown'],
    ['', 'unknown'],
    [undefined, 'unknown'],
  ])('%j → %s', (raw, short) => {
    expect(agentName(raw)).toBe(short);
  });

  it('is the same when it is taken of itself, and always a slug', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (raw) => {
        const short = agentName(raw);
        expect(short).toMatch(/^[a-z0-9](?:[a-z0-9._-]{0,30}[a-z0-9])?$/);
        expect(agentName(short)).toBe(short);
      }),
    );
  });
});
