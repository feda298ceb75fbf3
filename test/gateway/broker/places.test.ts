import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Places } from '../../../src/gateway/broker/places.ts';

const MINUTE_MS = 60_000;

class FakeSocket {
  bytesRead = 0;
  isDestroyed = false;
  destroy(): this {
    this.isDestroyed = true;
    return this;
  }
}

function three(): { places: Places; sockets: FakeSocket[]; pass: (minutes: number) => void } {
  let now = 0;
  const places = new Places(3, () => now);
  const sockets = Array.from({ length: 3 }, () => new FakeSocket());
  for (const socket of sockets) expect(places.take(socket as never)).toBe(true);
  const pass = (minutes: number): void => {
    now += minutes * MINUTE_MS;
    places.look();
  };
  return { places, sockets, pass };
}

describe('where all places are taken', () => {
  it('a new connection gets none while the others were heard within half an hour', () => {
    const { places, sockets, pass } = three();
    pass(29);
    expect(places.take(new FakeSocket() as never)).toBe(false);
    expect(sockets.some(({ isDestroyed }) => isDestroyed)).toBe(false);
  });

  it('a new connection gets that of the one that was silent for longest', () => {
    const { places, sockets, pass } = three();
    const [first, second, third] = sockets as [FakeSocket, FakeSocket, FakeSocket];
    pass(1);
    first.bytesRead += 1;
    third.bytesRead += 1;
    pass(31);
    third.bytesRead += 1;
    expect(places.take(new FakeSocket() as never)).toBe(true);
    expect([first, second, third].map(({ isDestroyed }) => isDestroyed)).toEqual([false, true, false]);
  });

  it('a new connection gets that of one that left', () => {
    const { places, sockets } = three();
    places.leave(sockets[0] as never);
    expect(places.take(new FakeSocket() as never)).toBe(true);
  });
});

it('there are never more connections than places, and none that was just heard is ended', () => {
  const step = fc.oneof(
    fc.record({ heard: fc.nat({ max: 20 }) }),
    fc.record({ passes: fc.integer({ min: 1, max: 40 }) }),
    fc.constant('comes' as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let now = 0;
      const places = new Places(4, () => now);
      const all: { socket: FakeSocket; at: number }[] = [];
      for (const one of steps) {
        if (one === 'comes') {
          const socket = new FakeSocket();
          const before = all.filter((other) => !other.socket.isDestroyed);
          if (places.take(socket as never)) all.push({ socket, at: now });
          for (const other of before) {
            if (other.socket.isDestroyed) expect(now - other.at).toBeGreaterThanOrEqual(30 * MINUTE_MS);
          }
          expect(all.filter((other) => !other.socket.isDestroyed).length).toBeLessThanOrEqual(4);
        } else if ('heard' in one) {
          const spoken = all[one.heard];
          if (!spoken || spoken.socket.isDestroyed) continue;
          spoken.socket.bytesRead += 1;
          spoken.at = now;
          places.look();
        } else now += one.passes * MINUTE_MS;
      }
    }),
  );
});
