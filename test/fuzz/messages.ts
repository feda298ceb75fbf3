import fc from 'fast-check';
import { type RawProxy, startRawProxy } from '../support/rawProxy.ts';
import { until } from '../support/until.ts';
import { type Fuzzer, require } from './fuzzer.ts';
import { flipped, flips, oddArguments, oddValue } from './oddValues.ts';
import { startWholeGateway } from './wholeGateway.ts';

interface Message {
  readonly kind: 'call' | 'other' | 'flipped';
  readonly body: Record<string, unknown>;
  readonly flips: readonly (readonly [at: number, byte: number])[];
}

const TOOLS = ['read', 'execute', 'list_services', 'request_access', 'x', '__proto__', ''];
const METHODS = [
  ...['tools/call', 'tools/list', 'ping', 'notifications/cancelled', 'notifications/initialized', 'resources/list'],
  ...['prompts/get', 'logging/setLevel', 'completion/complete', 'x', ''],
];

const call = fc
  .tuple(
    fc.constantFrom(...TOOLS),
    fc.oneof({ weight: 9, arbitrary: oddArguments }, { weight: 1, arbitrary: oddValue }),
  )
  .map(([name, args]) => ({ jsonrpc: '2.0', method: 'tools/call', params: { name, arguments: args } }));
const other = fc.record(
  {
    jsonrpc: fc.constantFrom('2.0', '2.0', '2.0', '1.0', 2),
    id: oddValue,
    method: fc.constantFrom(...METHODS),
    params: oddValue,
    result: oddValue,
  },
  { requiredKeys: ['jsonrpc'] },
);

const message: fc.Arbitrary<Message> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('call'), body: call, flips: fc.constant([]) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('other'), body: other, flips: fc.constant([]) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('flipped'), body: call, flips }) },
) as fc.Arbitrary<Message>;

/** Streams of MCP messages: each call that can be read is answered, once, and neither process ends of any. */
export const messages: Fuzzer<readonly Message[]> = {
  name: 'messages',
  arbitrary: fc.array(message, { minLength: 1, maxLength: 30 }),
  start: async () => {
    const whole = await startWholeGateway((_request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    });
    const proxy: RawProxy = startRawProxy(whole.served.proxy);
    await proxy.initialize();
    let sent = 0;
    return {
      attempt: async (stream) => {
        proxy.said.length = 0;
        const expected: string[] = [];
        for (const { kind, body, flips: changes } of stream) {
          const id = `fuzz-${sent++}`;
          if (kind === 'call') expected.push(id);
          proxy.write(
            `${flipped(JSON.stringify(kind === 'other' ? body : { ...body, id }), changes).toString('latin1')}\n`,
          );
        }
        const answered = (): Set<unknown> => new Set(proxy.said.map(({ id }) => id));
        await until(() => expected.every((id) => answered().has(id)), 'an answer to each call', 10_000);
        require(proxy.process.exitCode === null && proxy.process.signalCode === null, 'the proxy has ended');
        const twice = expected.filter((id) => proxy.said.filter((said) => said.id === id).length !== 1);
        require(twice.length === 0, `answered more than once: ${twice.join(', ')}`);
        await whole.lives();
      },
      end: async () => {
        const { status } = await proxy.end();
        require(status === 0, `the proxy ended with ${status}`);
        await whole.end();
        return `${sent} messages`;
      },
    };
  },
};
