import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type EvidenceParts, evidencePack } from '../../../../src/extension/audit/explorer/evidencePack.ts';

const l10n = {
  t: (message: string, ...values: (string | number)[]): string =>
    message.replaceAll(/\{(\d)\}/g, (_, i: string) => String(values[Number(i)])),
};
const POLICY = 'services:\n  shop: {} # ~~~\n';
const PARTS: EvidenceParts = {
  at: Date.UTC(2026, 10, 21),
  version: '1.2.3',
  chain: { ok: true, records: 12, report: '# Audit log check\n\n## Runs\n' },
  calls: '# Audit log\n',
  checkup: { passed: 9, report: '# MCP checkup\n\n## 1. Secrets\n' },
  policies: [{ label: 'user\n# policy', pending: 2, approved: { text: POLICY, at: Date.UTC(2026, 10, 1) } }],
  killSwitchTest: { at: Date.UTC(2026, 10, 20), ms: 42 },
};

test('answers first, then what the answers rest on, under one title', () => {
  const text = evidencePack(PARTS, l10n);
  expect(text.match(/^# .*$/gm)).toEqual(['# Valet Key evidence pack']);
  expect(text.match(/^## .*$/gm)).toEqual(['## Audit log check', '## Audit log', '## MCP checkup', '## Policies']);
  expect(text).toContain('Yes: 12 records, none altered');
  expect(text).toContain('| 9 |');
  expect(text).toContain('1 policy files, 2 changes wait for approval');
  expect(text).toContain('Within 42 ms, tested 2026-11-20T00:00:00.000Z');
});

test('shows each approved policy as it is, with its hash, and lets no text break out of its block', () => {
  const text = evidencePack(PARTS, l10n);
  expect(text).toContain('### user\u{fffd}\\# policy');
  expect(text).toContain(`~~~~yaml\n${POLICY.trimEnd()}\n~~~~`);
  expect(text).toContain(createHash('sha256').update(POLICY).digest('hex'));
});

test('takes the name of a policy’s folder as text', () => {
  const text = evidencePack({ ...PARTS, policies: [{ label: '![](https://a.test/x.png) <b>', pending: 0 }] }, l10n);
  expect(text).not.toContain('![](');
  expect(text).not.toContain('<b>');
  expect(text).toContain('a\\.test');
});

test('says what is broken, unapproved or was never tried', () => {
  const { checkup: _checkup, killSwitchTest: _drill, ...rest } = PARTS;
  const text = evidencePack(
    { ...rest, chain: { ...PARTS.chain, ok: false }, policies: [{ label: 'p', pending: 1 }] },
    l10n,
  );
  expect(text).toContain('**No: it was altered**');
  expect(text).toContain('Not tested yet');
  expect(text).toContain('Not tested yet');
  expect(text).toContain('Nothing in this file is approved.');
});
