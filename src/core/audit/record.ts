import type { AuditAgent, AuditEvent, AuditRecord, RemovedRecords } from './auditEvent.ts';
import { escapeUnshowable } from './escape.ts';

/** `seq` of a run's first record. */
export const FIRST_SEQ = 1;

/** `prev` of a run's first record. */
export const GENESIS = '0'.repeat(64);

/** Where a record stands in its run. */
export interface RecordPosition {
  readonly gatewayId: string;
  /** From {@link FIRST_SEQ}, without gaps. */
  readonly seq: number;
  /** ISO 8601, UTC, milliseconds. */
  readonly time: string;
  /** The hash of the record before; {@link GENESIS} for the first. */
  readonly prev: string;
}

/**
 * Longest field values in UTF-16 code units, as they are written: an unshowable one takes six. What an agent sends must not
 * fill the disk.
 */
const LIMITS = {
  id: 64,
  name: 256,
  version: 128,
  conversation: 128,
  service: 128,
  subject: 256,
  environment: 128,
  method: 128,
  path: 2048,
  verdict: 128,
  code: 128,
  rule: 256,
  reason: 500,
  requestHash: 128,
  last4: 8,
};

/** A code unit as it is written at its longest: `\u001f`. */
const MAX_WRITTEN = 6;

/** The end of a line from its hash on, as {@link sealRecord} writes it. */
const SEAL = /,"hash":"([0-9a-f]{64})"\}$/;

/**
 * Makes one line of an audit file: the record as one JSON object in a fixed order of fields, without spaces, and with
 * every unshowable character escaped as `\uXXXX`. `hash` comes last and is the hexadecimal SHA-256 of the line's own
 * UTF-8 text without `,"hash":"…"`, so without any parsing: the text up to there, and the closing brace. As `prev` is in
 * that text, each hash covers all records before it.
 *
 * Overlong fields are cut, and say so: `…[cut 1234]` at the end is the number of code units left out. `line` has no line end.
 */
export function sealRecord(
  event: AuditEvent,
  position: RecordPosition,
  sha256: (text: string) => string,
): { record: AuditRecord; line: string } {
  const unsealed = {
    gatewayId: position.gatewayId,
    seq: position.seq,
    time: position.time,
    id: cut(event.id, LIMITS.id),
    kind: event.kind,
    agent: agentOf(event.agent),
    ...optional('service', event.service, LIMITS.service),
    ...optional('subject', event.subject, LIMITS.subject),
    ...optional('environment', event.environment, LIMITS.environment),
    ...optional('method', event.method, LIMITS.method),
    ...optional('path', event.path, LIMITS.path),
    ...(event.bodyType === undefined ? {} : { bodyType: event.bodyType }),
    ...optional('verdict', event.verdict, LIMITS.verdict),
    ...optional('code', event.code, LIMITS.code),
    ...optional('rule', event.rule, LIMITS.rule),
    ...optionalNumber('status', event.status),
    ...(event.result === undefined ? {} : { result: event.result }),
    ...optionalNumber('durationMs', event.durationMs),
    ...optionalNumber('bytes', event.bytes),
    ...optional('reason', event.reason, LIMITS.reason),
    ...optional('requestHash', event.requestHash, LIMITS.requestHash),
    ...optional('retryOf', event.retryOf, LIMITS.id),
    ...(event.credential === undefined
      ? {}
      : {
          credential: {
            name: cut(event.credential.name, LIMITS.service),
            last4: cut(event.credential.last4, LIMITS.last4),
          },
        }),
    ...(event.removed === undefined ? {} : { removed: removedOf(event.removed) }),
    prev: position.prev,
  };
  const text = escapeUnshowable(JSON.stringify(unsealed));
  const hash = sha256(text);
  return { record: { ...unsealed, hash }, line: `${text.slice(0, -1)},"hash":"${hash}"}` };
}

/** A line's own hash, and the text that it is the hash of; undefined when the line is not sealed at all. */
export function unsealLine(line: string): { readonly text: string; readonly hash: string } | undefined {
  const seal = SEAL.exec(line.slice(-SEAL_LENGTH));
  const hash = seal?.[1];
  return hash === undefined ? undefined : { text: `${line.slice(0, -SEAL_LENGTH)}}`, hash };
}

const SEAL_LENGTH = ',"hash":""}'.length + 64;

function agentOf(agent: AuditAgent): AuditAgent {
  return {
    name: cut(agent.name, LIMITS.name),
    ...optional('raw', agent.raw, LIMITS.name),
    ...optional('version', agent.version, LIMITS.version),
    ...optional('conversation', agent.conversation, LIMITS.conversation),
  };
}

function removedOf(removed: RemovedRecords): RemovedRecords {
  return { gatewayId: removed.gatewayId, seq: removed.seq, hash: removed.hash };
}

function optional<K extends string>(key: K, value: string | undefined, limit: number): { [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: cut(value, limit) } as { [P in K]: string });
}

/** A number that JSON can carry; others are left out. */
function optionalNumber<K extends string>(key: K, value: number | undefined): { [P in K]?: number } {
  return value === undefined || !Number.isFinite(value) ? {} : ({ [key]: value } as { [P in K]: number });
}

function cut(text: string, limit: number): string {
  // No code unit is written as less than one, and none as more than six: most texts need not be written to be measured.
  if (MAX_WRITTEN * text.length <= limit) return text;
  if (text.length <= limit && written(text).length <= limit) return text;
  // Room for the mark, whose own length depends on how much is cut.
  const room = Math.max(0, limit - `…[cut ${text.length}]`.length);
  let end = 0;
  let taken = 0;
  for (const character of text.slice(0, room)) {
    taken += written(character).length;
    if (taken > room) break;
    end += character.length;
  }
  if (isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
  return `${text.slice(0, end)}…[cut ${text.length - end}]`;
}

/** As it stands in a line, but for the quotes around it. */
function written(text: string): string {
  return escapeUnshowable(JSON.stringify(text)).slice(1, -1);
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
