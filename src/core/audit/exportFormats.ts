import type { AuditRecord } from './auditEvent.ts';

/** The columns of the CSV form: a record's own fields, those of its agent and credential flattened. */
const COLUMNS: readonly (readonly [name: string, of: (record: AuditRecord) => string | number | undefined])[] = [
  ['time', ({ time }) => time],
  ['gatewayId', ({ gatewayId }) => gatewayId],
  ['seq', ({ seq }) => seq],
  ['id', ({ id }) => id],
  ['kind', ({ kind }) => kind],
  ['agent', ({ agent }) => agent.name],
  ['agentRaw', ({ agent }) => agent.raw],
  ['agentVersion', ({ agent }) => agent.version],
  ['service', ({ service }) => service],
  ['subject', ({ subject }) => subject],
  ['environment', ({ environment }) => environment],
  ['method', ({ method }) => method],
  ['path', ({ path }) => path],
  ['verdict', ({ verdict }) => verdict],
  ['code', ({ code }) => code],
  ['rule', ({ rule }) => rule],
  ['status', ({ status }) => status],
  ['durationMs', ({ durationMs }) => durationMs],
  ['bytes', ({ bytes }) => bytes],
  ['reason', ({ reason }) => reason],
  ['requestHash', ({ requestHash }) => requestHash],
  ['credential', ({ credential }) => credential?.name],
  ['credentialLast4', ({ credential }) => credential?.last4],
  ['prev', ({ prev }) => prev],
  ['hash', ({ hash }) => hash],
];

/** One JSON object a line. */
export function asJsonLines(records: readonly AuditRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

/** RFC 4180, with a header line. */
export function asCsv(records: readonly AuditRecord[]): string {
  const header = COLUMNS.map(([name]) => name).join(',');
  const lines = records.map((record) => COLUMNS.map(([, of]) => field(of(record))).join(','));
  return [header, ...lines].map((line) => `${line}\r\n`).join('');
}

/**
 * A text that a spreadsheet would take for a formula gets an apostrophe before it: much of a record is in an agent's
 * words (https://owasp.org/www-community/attacks/CSV_Injection).
 */
function field(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
