import * as z from 'zod/mini';
import { parseJson } from '../../../core/parseJson.ts';
import { Secret } from '../../../core/secret.ts';
import type { Binding } from '../../../gateway/control/controlPort.ts';

/**
 * What SecretStorage holds for one service: one JSON text with the value *and* its binding, so that the two can never
 * come apart. A revoked credential leaves a mark without a value.
 */
export type CredentialEntry = PresentEntry | SessionEntry | CommandEntry | RevokedEntry;

export interface PresentEntry {
  readonly state: 'present';
  readonly value: Secret;
  readonly binding: Binding;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly rotatedAt?: number;
}

/** The user's permission to use the session that VS Code has. There is no value of ours. */
export interface SessionEntry {
  readonly state: 'session';
  readonly binding: Binding;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A command of the user's own choosing gives the value, which is not stored. */
export interface CommandEntry {
  readonly state: 'command';
  readonly command: ChosenCommand;
  readonly binding: Binding;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** As the user confirmed it. It is kept in SecretStorage, where no file, no setting and no other extension can change it. */
export interface ChosenCommand {
  /** Absolute path. */
  readonly program: string;
  readonly args: readonly string[];
  /** How long what it gave may be used, in milliseconds. */
  readonly keepMs: number;
}

interface RevokedEntry {
  readonly state: 'revoked';
  readonly revokedAt: number;
}

/** A value that was replaced or removed, kept so that answers are still cleaned of it. */
export interface RetiredEntry {
  readonly value: Secret;
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** The gateway renewed it: nobody asked for that, and there is nothing to undo. */
  readonly renewed?: true;
  /** There while the rotation that replaced it can be undone, and a while longer so that it can be said that it cannot. */
  readonly undo?: UndoOffer;
}

/** What it takes to bring a rotated value back as it was. */
export interface UndoOffer {
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** The one destination for which it comes back. */
  readonly binding: Binding;
  readonly createdAt: number;
  readonly rotatedAt?: number;
}

const bindingSchema = z.object({ origin: z.string(), placement: z.string() });
const datesSchema = z.object({ createdAt: z.number(), rotatedAt: z.optional(z.number()) });
const presentSchema = z.extend(datesSchema, {
  state: z.literal('present'),
  value: z.string().check(z.minLength(1)),
  binding: bindingSchema,
});
const entrySchema = z.union([
  presentSchema,
  z.object({ state: z.literal('session'), binding: bindingSchema, createdAt: z.number() }),
  z.object({
    state: z.literal('command'),
    command: z.object({
      program: z.string().check(z.minLength(1)),
      args: z.array(z.string()),
      keepMs: z.number().check(z.positive()),
    }),
    binding: bindingSchema,
    createdAt: z.number(),
  }),
  z.object({ state: z.literal('revoked'), revokedAt: z.number() }),
]);
const undoSchema = z.extend(datesSchema, { until: z.number(), binding: bindingSchema });
const retiredSchema = z.array(
  z.object({
    value: z.string().check(z.minLength(1)),
    until: z.number(),
    renewed: z.catch(z.optional(z.literal(true)), undefined),
    undo: z.catch(z.optional(undoSchema), undefined),
  }),
);

export function entryText(entry: CredentialEntry): string {
  return JSON.stringify(entry.state === 'present' ? { ...entry, value: valueToStore(entry.value) } : entry);
}

/** Undefined for a text that this extension did not write, or that the keyring returned damaged. */
export function parseEntry(text: string | undefined): CredentialEntry | undefined {
  const parsed = entrySchema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  if (parsed.data.state !== 'present') return parsed.data;
  const { value, ...rest } = parsed.data;
  return { ...withDates(rest), value: new Secret(value) };
}

export function retiredText(entries: readonly RetiredEntry[]): string {
  return JSON.stringify(entries.map((entry) => ({ ...entry, value: valueToStore(entry.value) })));
}

export function parseRetired(text: string | undefined): readonly RetiredEntry[] {
  const parsed = retiredSchema.safeParse(parseJson(text));
  if (!parsed.success) return [];
  return parsed.data.map(({ value, until, renewed, undo }) => ({
    value: new Secret(value),
    until,
    ...(renewed ? { renewed } : {}),
    ...(undo ? { undo: withDates(undo) } : {}),
  }));
}

/** The one way of a value into SecretStorage. */
function valueToStore(value: Secret): string {
  return value.expose('store');
}

/** An absent date is an absent key, not one that is undefined. */
function withDates<T extends { createdAt: number; rotatedAt?: number | undefined }>(
  entry: T,
): Omit<T, 'rotatedAt'> & { readonly rotatedAt?: number } {
  const { rotatedAt, ...rest } = entry;
  return rotatedAt === undefined ? rest : { ...rest, rotatedAt };
}
