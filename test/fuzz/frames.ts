import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import fc from 'fast-check';
import { type DiscoveryFile, discoverySchema } from '../../src/protocol/discoveryFile.ts';
import { freshNonce, prove } from '../../src/protocol/proof.ts';
import type { Fuzzer } from './fuzzer.ts';
import { flipped, flips, oddArguments, oddValue } from './oddValues.ts';
import { startWholeGateway } from './wholeGateway.ts';

interface Frame {
  readonly message: unknown;
  readonly flips: readonly (readonly [at: number, byte: number])[];
}

interface Frames {
  /** Whether they come after a good proof, or instead of it. */
  readonly proven: boolean;
  readonly frames: readonly Frame[];
}

const KINDS = [
  'hello',
  'listServices',
  'execute',
  'requestAccess',
  'listTools',
  'callTool',
  'watchTools',
  'cancel',
  'x',
];

const message = fc
  .record({
    do: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...KINDS) }, { weight: 1, arbitrary: oddValue }),
    id: fc.oneof({ weight: 6, arbitrary: fc.nat(9) }, { weight: 1, arbitrary: oddValue }),
    call: oddArguments.map((more) => ({ tool: 'execute', server: 'x', arguments: {}, ...more })),
    access: fc.tuple(oddArguments, oddValue).map(([more, reason]) => ({ ...more, reason })),
    agent: fc.oneof(fc.constant({ name: 'fuzz' }), fc.constant({ name: 'fuzz', entry: 'vscode' }), oddValue),
    scope: fc.constantFrom('window', 'user', 'x'),
    server: oddValue,
    service: fc.oneof(fc.constant('api'), oddValue),
  })
  .map((fields) => fields as unknown);

/** Frames to the gateway's socket, from somebody who can prove that they read its file or cannot: nobody else is disturbed. */
export const frames: Fuzzer<Frames> = {
  name: 'frames',
  arbitrary: fc.record({
    proven: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    frames: fc.array(
      fc.record({
        message: fc.oneof({ weight: 9, arbitrary: message }, { weight: 1, arbitrary: oddValue }),
        flips: fc.oneof({ weight: 9, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: flips }),
      }),
      { minLength: 1, maxLength: 30 },
    ),
  }),
  start: async () => {
    const whole = await startWholeGateway((_request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    });
    const { runtimeDir } = whole.served;
    const file = fs.readdirSync(runtimeDir).find((name) => name.endsWith('.json')) ?? '';
    const found = discoverySchema.parse(JSON.parse(fs.readFileSync(path.join(runtimeDir, file), 'utf8')));
    let sent = 0;
    return {
      attempt: async (input) => {
        const socket = await connect(found, input.proven);
        for (const frame of input.frames) {
          if (socket.destroyed) break;
          socket.write(flipped(JSON.stringify(frame.message) ?? 'null', frame.flips));
          socket.write('\n');
          sent++;
        }
        await whole.lives();
        socket.destroy();
      },
      end: async () => {
        await whole.end();
        return `${sent} frames`;
      },
    };
  },
};

/** A connection to the gateway: with a good proof, or with none that could be good. */
async function connect({ socket: address, key, protocol }: DiscoveryFile, proven: boolean): Promise<net.Socket> {
  const socket = net.connect(address);
  socket.on('error', () => socket.destroy());
  const challenge = once(socket, 'data') as Promise<[Buffer]>;
  const own = freshNonce();
  socket.write(`${JSON.stringify({ protocol, nonce: own })}\n`);
  const [line] = await challenge;
  const { nonce } = JSON.parse(line.toString()) as { nonce: string };
  if (proven) {
    socket.write(`${JSON.stringify({ proof: prove(key, 'proxy', { proxy: own, gateway: nonce }) })}\n`);
    socket.write(`${JSON.stringify({ do: 'hello', agent: { name: 'fuzz' }, scope: 'window' })}\n`);
  }
  return socket;
}
