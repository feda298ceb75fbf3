import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../src/core/policy/read/parse.ts';
import { RefusalError } from '../../../src/gateway/call/model/refusals.ts';
import type { PolicyFile } from '../../../src/gateway/control/controlPort.ts';
import { type ParsePolicy, PolicyTexts } from '../../../src/gateway/policies/policyTexts.ts';
import { GatewayState } from '../../../src/gateway/state/gatewayState.ts';
import { findServer } from '../../../src/gateway/targets/tool/serverAccess.ts';

const text = (path: string): string =>
  JSON.stringify({
    services: {
      api: { baseUrl: 'https://api.example.com', auth: { type: 'bearer' }, policies: [{ path, methods: ['GET'] }] },
    },
    servers: { mini: { command: 'node', args: ['mini.mjs'], tools: { allow: ['*'] } } },
  });
const file = (approved: string, written = approved, id = 'user'): PolicyFile => ({
  id,
  label: `${id}.yaml`,
  approved,
  written,
  grants: true,
});

/** A parser that misses its deadline this many times for each text that holds the word. */
function slowParser(times: number, word = ''): { parse: ParsePolicy; parsed: string[] } {
  const missed = new Map<string, number>();
  const parsed: string[] = [];
  return {
    parsed,
    parse: async (source, author) => {
      const before = missed.get(source) ?? 0;
      if (source.includes(word) && before < times) {
        missed.set(source, before + 1);
        throw new Error('not in time');
      }
      parsed.push(source);
      return parsePolicy(source, author);
    },
  };
}

const stateWith = (pauses: readonly number[]): GatewayState => new GatewayState(Date.now, new PolicyTexts(pauses));

function codeOf(find: () => unknown): string {
  try {
    find();
    return 'found';
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error;
    return `${error.refusal.code} ${error.refusal.sent}: ${error.refusal.message} ${error.refusal.nextStep}`;
  }
}
const service = (state: GatewayState, name = 'api'): string => codeOf(() => state.find(name, 'window'));
const server = (state: GatewayState, name = 'mini'): string => codeOf(() => findServer(state, name, 'window'));

describe('policy texts', () => {
  it('are each read once, for services and servers', async () => {
    const { parse, parsed } = slowParser(0);
    const state = stateWith([]);
    await state.setPolicies([file(text('/a')), file(text('/b'), text('/c'), 'workspace:1')], parse);
    expect(parsed).toEqual([text('/a'), text('/b'), text('/c')]);
    await state.setPolicies([file(text('/a'), text('/d'))], parse);
    expect(parsed.slice(3), 'what is in force is not read again').toEqual([text('/d')]);
  });

  it.each([1, 2, 3])('that are not read in time are tried again, here after %i times', async (times) => {
    const state = stateWith([1, 1, 1]);
    await state.setPolicies([file(text('/a'))], slowParser(times).parse);
    expect([service(state), server(state)]).toEqual(['found', 'found']);
  });

  it('let nothing through with half of them: services and servers say that they could not be read', async () => {
    const state = stateWith([300]);
    const done = state.setPolicies(
      [file(text('/a')), file(text('/b'), text('/b'), 'workspace:1')],
      slowParser(1, '/b').parse,
    );
    await sleep(50);
    for (const said of [service(state), server(state), service(state, 'other'), server(state, 'other')]) {
      expect(said).toMatch(/^gateway_unavailable no: The policy has not been read yet \(workspace:1\.yaml\)/);
      expect(said).not.toContain('Add Service');
    }
    await done;
    expect([service(state), server(state)]).toEqual(['found', 'found']);
  });

  it('let nothing through while a newer one cannot be read, and what was in force ends', async () => {
    const state = stateWith([300]);
    const { parse } = slowParser(1, '/new');
    await state.setPolicies([file(text('/a'))], parse);
    const before = state.version;
    const done = state.setPolicies([file(text('/a'), text('/new'))], parse);
    await sleep(50);
    expect(service(state)).toContain('has not been read yet');
    expect(state.version, 'what was decided before is decided again').toBeGreaterThan(before);
    await done;
    expect(service(state)).toBe('found');
  });

  it('that can never be read are given up, grant nothing and are named', async () => {
    const state = stateWith([1, 1]);
    const { parse, parsed } = slowParser(100, '/hostile');
    await state.setPolicies([file(text('/hostile'))], parse);
    expect(parsed).toEqual([]);
    for (const said of [service(state), server(state)]) {
      expect(said).toMatch(/^gateway_unavailable no: A policy file could not be read in time \(user\.yaml\)/);
      expect(said).not.toContain('Add Service');
    }
    await state.setPolicies([file(text('/a'))], parse);
    expect([service(state), service(state, 'other').split(' ')[0]]).toEqual(['found', 'unknown_service']);
  });

  it('are not tried again for whom another set came meanwhile', async () => {
    const state = stateWith([50, 50, 50]);
    const first = state.setPolicies([file(text('/hostile'))], slowParser(100, '/hostile').parse);
    await sleep(10);
    await state.setPolicies([file(text('/a'))], slowParser(0).parse);
    await first;
    expect(service(state)).toBe('found');
  });
});
