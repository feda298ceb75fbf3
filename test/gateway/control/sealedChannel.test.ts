import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc';
import { connectGateway } from '../../../src/gateway/control/pipe.ts';
import { sealChannel } from '../../../src/gateway/control/sealedChannel.ts';
import { forkGateway } from '../../support/forkedGateway.ts';
import { freshKey, loopbackService, policyText } from '../../support/serve.ts';
import { startUpstream, type Upstream } from '../../support/upstream.ts';

// Another extension in VS Code's process gets hold of the child: it hears every message and can send its own.

/** One end of a channel that hands messages over as IPC does: as JSON, later. */
class FakeEnd extends EventEmitter {
  readonly said: string[] = [];
  other: FakeEnd | undefined;

  send(message: unknown, _handle: unknown, _options: unknown, told?: (error: Error | null) => void): boolean {
    const text = JSON.stringify(message);
    this.said.push(text);
    setImmediate(() => {
      this.other?.emit('message', JSON.parse(text));
      told?.(null);
    });
    return true;
  }
}

function pair(): { parent: FakeEnd; gateway: FakeEnd; ask: MessageConnection; asked: unknown[] } {
  const parent = new FakeEnd();
  const gateway = new FakeEnd();
  parent.other = gateway;
  gateway.other = parent;
  const asked: unknown[] = [];
  const connect = (end: FakeEnd, name: 'host' | 'gateway'): MessageConnection => {
    // The two ends of a real channel have many more members; these are the ones that are used.
    const { reader, writer } = sealChannel(end as unknown as ChildProcess, name);
    return createMessageConnection(reader, writer);
  };
  const answering = connect(gateway, 'gateway');
  answering.onRequest('ask', (what: unknown) => {
    asked.push(what);
    return { heard: what };
  });
  answering.listen();
  const ask = connect(parent, 'host');
  ask.listen();
  return { parent, gateway, ask, asked };
}

const forged = { jsonrpc: '2.0', id: 99, method: 'ask', params: ['forged'] };

describe('a sealed channel', () => {
  it('carries requests and answers, those too that were asked before the keys were agreed', async () => {
    const { ask } = pair();
    const answers = await Promise.all([ask.sendRequest('ask', 'ä'), ask.sendRequest('ask', { deep: [1, null] })]);
    expect(answers).toEqual([{ heard: 'ä' }, { heard: { deep: [1, null] } }]);
  });

  it('shows who listens on either end nothing of what is said', async () => {
    const { parent, gateway, ask } = pair();
    const key = freshKey();
    await ask.sendRequest('ask', key);
    const said = [...parent.said, ...gateway.said].join('\n');
    expect(parent.said.length + gateway.said.length).toBe(4);
    expect(said).not.toContain(key);
    expect(said).not.toContain('ask');
  });

  it('passes over what the other end did not seal', async () => {
    const { parent, gateway, ask, asked } = pair();
    await ask.sendRequest('ask', 'first');
    for (const message of [forged, { sealed: '' }, { sealed: Buffer.from('forged'.repeat(20)).toString('base64') }]) {
      parent.send(message, undefined, undefined);
      gateway.send(message, undefined, undefined);
    }
    expect(await ask.sendRequest('ask', 'second')).toEqual({ heard: 'second' });
    expect(asked).toEqual(['first', 'second']);
  });

  it('takes no message twice, and none out of its order', async () => {
    const { parent, ask, asked } = pair();
    await ask.sendRequest('ask', 'once');
    const sealed = JSON.parse(parent.said.at(-1) ?? '');
    parent.send(sealed, undefined, undefined);
    await ask.sendRequest('ask', 'after');
    parent.send(sealed, undefined, undefined);
    await ask.sendRequest('ask', 'last');
    expect(asked).toEqual(['once', 'after', 'last']);
  });

  it('agrees on keys once: a later proposal changes nothing', async () => {
    const { parent, gateway, ask } = pair();
    await ask.sendRequest('ask', 'first');
    const stranger = pair();
    const [hello] = stranger.parent.said;
    for (const end of [parent, gateway]) end.send(JSON.parse(hello ?? ''), undefined, undefined);
    expect(await ask.sendRequest('ask', 'second')).toEqual({ heard: 'second' });
  });

  it('lets nobody in who mends the messages that are handed over', async () => {
    const { gateway, ask, asked } = pair();
    gateway.prependListener('message', (message: { sealed?: string }) => {
      if (message.sealed) message.sealed = JSON.stringify(forged);
    });
    void ask.sendRequest('ask', 'lost');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(asked).toEqual([]);
  });
});

describe('another extension that is handed the child process', () => {
  let upstream: Upstream;
  beforeAll(async () => {
    upstream = await startUpstream();
  });
  afterAll(() => upstream.close());

  it('neither reads the credential nor unfreezes, widens or asks', async () => {
    const heard: string[] = [];
    const caught: ChildProcess[] = [];
    const spy = (message: unknown): void => {
      const { process: child } = message as { process: ChildProcess };
      caught.push(child);
      queueMicrotask(() => {
        const { send } = child;
        child.send = ((...words: Parameters<typeof send>) => {
          heard.push(JSON.stringify(words[0]));
          return send.apply(child, words);
        }) as typeof send;
      });
      child.on('message', (said: unknown) => heard.push(JSON.stringify(said)));
    };
    subscribe('child_process', spy);
    const forked = forkGateway();
    unsubscribe('child_process', spy);
    const control = await connectGateway(forked.process, forked.start, forked.events);
    const key = freshKey();
    const policy = policyText({ api: loopbackService(upstream.origin) });
    await control.set({ freeze: { all: true, services: [] } });
    await control.set({ policies: [{ id: 'user', label: 'policy', approved: policy, written: policy, grants: true }] });
    await control.set({ credentials: forked.credentials({ api: [upstream.origin, key] }) });

    const [child] = caught;
    expect(child).toBe(forked.process);
    const methods = {
      set: [{ freeze: { all: false, services: [] }, policies: [] }],
      status: [],
      start: [forked.start],
    };
    for (const [method, value] of Object.entries(methods)) {
      child?.send({ jsonrpc: '2.0', id: 1000, method, params: [{ value, secrets: [], signals: [] }] });
    }
    expect(await control.status()).toMatchObject({ services: [{ name: 'api', status: 'frozen' }] });
    expect(heard.length).toBeGreaterThan(5);
    expect(heard.join('\n')).not.toContain(key);
    expect(heard.filter((line) => line.includes('"result"'))).toEqual([]);
    control.dispose();
    await forked.end();
  });
});
