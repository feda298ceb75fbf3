import { base64Bytes } from '../base64.ts';
import type { Secret } from '../secret.ts';
import { utf8 } from './bytes.ts';
import { opened } from './opened.ts';
import { EDGE, SignatureReader, SYMBOLS, slotAt } from './signatureReader.ts';
import { SignatureRoom } from './signatureRoom.ts';

/** Longer than any signature in text: RSA of 4096 bits in hexadecimal. */
const MAX_SYMBOLS = 1024;

const LEAST_ENTRIES = 256;
/** SHA-256 in hexadecimal, about the longest of those that are usual. */
const USUAL_LENGTH = 64;

/** Entries that are moved with each that is put in, and with each step of sweeping: a fraction of a millisecond of work. */
const MOVED_WITH_EACH = 16;
const MOVED_BY_SWEEP = 1000;

/** Entries on their way into another room, in their order; those that are put in meanwhile come last. */
interface Move {
  readonly to: SignatureRoom;
  /** What ended before is left behind. */
  readonly since: number;
  /** For each entry in the new room which one it was. */
  readonly from: Uint32Array;
  next: number;
}

/**
 * Thousands of signatures, each as hexadecimal and as base64, whichever of the two was sent. One is made for every request,
 * so that putting one in must not depend on how many there are: unlike tokens and credentials they are no part of the
 * redactor's matcher, which would be made anew each time. For the same reason they move little by little where they need
 * more room, or where some have ended; until all have moved they are looked for where they were.
 */
export class SignatureIndex extends SignatureReader {
  readonly #names: string[];
  #room: SignatureRoom;
  #move: Move | undefined;

  constructor() {
    const names: string[] = [];
    const room = new SignatureRoom(LEAST_ENTRIES, LEAST_ENTRIES * USUAL_LENGTH, names);
    super(room.table);
    this.#names = names;
    this.#room = room;
  }

  /** Whether this very signature is held, whoever made it. */
  has(signature: Secret): boolean {
    return spellingsOf(opened(signature)).every((symbols) => this.#find(symbols) !== undefined);
  }

  /** Takes a signature out until then, in milliseconds since the epoch; one that is held already not for less long. */
  add(name: string, signature: Secret, until: number): void {
    let owner = this.#names.indexOf(name);
    if (owner === -1) owner = this.#names.push(name) - 1;
    for (const symbols of spellingsOf(opened(signature))) {
      const known = this.#find(symbols);
      const end = known === undefined ? undefined : (this.#room.ends[known] as number);
      // One that is about to be left behind is put in once more.
      if (known === undefined || end === undefined || end <= (this.#move?.since ?? Number.NEGATIVE_INFINITY)) {
        this.#put(symbols, owner, until);
      } else this.#room.ends[known] = Math.max(end, until);
    }
  }

  /** What was to be taken out for good with this name is so until then only: the credential that made it was replaced. */
  retire(name: string, until: number): void {
    const owner = this.#names.indexOf(name);
    const { ends, count } = this.#room;
    for (let entry = 0; entry < count; entry++) {
      if (ends[entry] === Number.POSITIVE_INFINITY && this.#room.ownerOf(entry) === owner) ends[entry] = until;
    }
  }

  /** Goes on with forgetting what is worth nothing any more. True when that is done; else it is to be called again. */
  sweep(now: number): boolean {
    if (!this.#move) {
      const { ends, count, table } = this.#room;
      const kept = ends.subarray(0, count).filter((end) => end > now).length;
      if (kept === count) return true;
      // Each that is put in meanwhile moves sixteen, so that the others are fewer than a quarter.
      this.#begin(Math.max(LEAST_ENTRIES, 2 * kept + Math.ceil(count / 4)), table.pool.length, now);
    }
    const sweeps = this.#move?.since !== Number.NEGATIVE_INFINITY;
    this.#goOn(MOVED_BY_SWEEP);
    return sweeps && !this.#move;
  }

  #find(symbols: Uint8Array): number | undefined {
    const { heads, pool } = this.table;
    for (const { number, first, length } of this.chain(heads, slotAt(symbols, 0, heads.length))) {
      if (length === symbols.length && symbols.every((symbol, at) => symbol === pool[first + at])) return number - 1;
    }
    return undefined;
  }

  #put(symbols: Uint8Array, owner: number, until: number): void {
    // Of a few large ones the room may be too small all at once.
    while (!this.#room.hasRoomFor(symbols)) {
      if (!this.#move) this.#grow(symbols.length);
      this.#goOn(Number.POSITIVE_INFINITY);
    }
    this.#room.enter(symbols, owner, until);
    this.table = this.#room.table;
    if (!this.#move && this.#room.isNearlyFull) this.#grow(0);
    this.#goOn(MOVED_WITH_EACH);
  }

  /** Twice as large each time, so that moving costs each signature the same. */
  #grow(bytes: number): void {
    const { ends, table } = this.#room;
    this.#begin(2 * ends.length, 2 * (table.pool.length + bytes), Number.NEGATIVE_INFINITY);
  }

  #begin(entries: number, bytes: number, since: number): void {
    const to = new SignatureRoom(entries, bytes, this.#names);
    this.#move = { to, since, from: new Uint32Array(entries), next: 0 };
  }

  #goOn(most: number): void {
    const move = this.#move;
    if (!move) return;
    const room = this.#room;
    const { to, since, from } = move;
    for (let moved = 0; moved < most && move.next < room.count; moved++, move.next++) {
      const end = room.ends[move.next] as number;
      if (end <= since) continue;
      from[to.count] = move.next;
      to.enter(room.symbolsOf(move.next), room.ownerOf(move.next), end);
    }
    if (move.next < room.count) return;
    // They may have come to end later, or sooner, since.
    for (let entry = 0; entry < to.count; entry++) to.ends[entry] = room.ends[from[entry] as number] as number;
    this.#room = to;
    this.table = to.table;
    this.#move = undefined;
  }
}

/** A signature in hexadecimal and in base64; as it is, where it is neither. */
function spellingsOf(text: string): Uint8Array[] {
  const bytes = /^(?:[0-9a-f]{2})+$/i.test(text) ? fromHex(text) : base64Bytes(text);
  const texts = bytes === undefined ? [text] : [toHex(bytes), toBase64(bytes)];
  return texts
    .map(symbolsOf)
    .filter((symbols) => symbols.length >= EDGE && symbols.length <= MAX_SYMBOLS && !symbols.includes(0));
}

function symbolsOf(text: string): Uint8Array {
  const bare = text.replace(/={1,2}$/, ''); // the padding of base64
  return utf8(bare).map((byte) => SYMBOLS[byte] as number);
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
