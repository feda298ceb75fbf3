// How long the Audit Explorer takes to show a trail of a million records: `node test/bench/explorer.ts`, after a build.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { GENESIS, sealRecord } from '../../src/core/audit/record.ts';
import { AuditReader } from '../../src/extension/audit/explorer/auditReader.ts';
import { sha256 } from '../../src/gateway/audit/auditFiles.ts';

const RECORDS = 1_000_000;
const PART_BYTES = 16 * 1024 * 1024;
const SPAN_MS = 20 * 60 * 60 * 1000;
const RUN = '0123456789abcdef';

/** A run of the last 20 hours in parts as a gateway writes them. */
function writeTrail(directory: string): void {
  const begin = Date.now() - SPAN_MS;
  const stamp = new Date(begin).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  let prev = GENESIS;
  let part = 0;
  let lines: string[] = [];
  let bytes = 0;
  const flush = (): void => {
    part += 1;
    fs.writeFileSync(path.join(directory, `${stamp}-${RUN}-${String(part).padStart(4, '0')}.jsonl`), lines.join(''));
    lines = [];
    bytes = 0;
  };
  for (let seq = 1; seq <= RECORDS; seq += 1) {
    const kind = seq % 2 === 1 ? 'intent' : seq % 10 === 0 ? 'denied' : 'outcome';
    const event = {
      id: `call-${seq >> 1}`,
      kind,
      agent: { name: ['claude', 'copilot', 'codex'][seq % 3] ?? '', raw: 'claude-code', version: '1.2.3' },
      service: ['stripe', 'github', 'linear', 'notion'][seq % 4] ?? '',
      environment: 'production',
      method: 'GET',
      path: `/v1/customers/cus_${seq % 5000}`,
      verdict: kind === 'denied' ? 'deny' : 'allow',
      ...(kind === 'denied' ? { code: 'policy_denied' } : {}),
      ...(kind === 'outcome' ? { status: seq % 50 === 0 ? 500 : 200, durationMs: seq % 900, bytes: 1234 } : {}),
      requestHash: 'a'.repeat(64),
    } as const;
    const time = new Date(begin + (seq / RECORDS) * (SPAN_MS - 1000)).toISOString();
    const sealed = sealRecord(event, { gatewayId: RUN, seq, time, prev }, sha256);
    prev = sealed.record.hash;
    if (bytes + sealed.line.length + 1 > PART_BYTES) flush();
    lines.push(`${sealed.line}\n`);
    bytes += sealed.line.length + 1;
  }
  flush();
}

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-million-'));
const reader = new AuditReader(path.resolve(import.meta.dirname, '../../dist/auditWorker.js'), directory);
try {
  writeTrail(directory);
  const began = performance.now();
  const ms = (since: number): string => `${Math.round(performance.now() - since)} ms`;
  let first = '';
  const day = { since: Date.now() - 24 * 60 * 60 * 1000 };
  await new Promise<void>((resolve, reject) => {
    reader.query(
      { filter: day, page: 0, now: Date.now() },
      ({ complete }) => {
        first ||= ms(began);
        if (complete) resolve();
      },
      reject,
    );
  });
  console.log(`first page and chart: ${first}; all ${RECORDS} records: ${ms(began)}`);
  const filtered = performance.now();
  await reader.view({ filter: { ...day, service: 'stripe', text: 'cus_12' }, page: 0, now: Date.now() });
  console.log(`a filter over all of it: ${ms(filtered)}`);
} finally {
  reader.dispose();
  fs.rmSync(directory, { recursive: true, force: true });
}
