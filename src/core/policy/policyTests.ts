import { canonicalise } from '../request/canonicalise.ts';
import { type CompiledService, compileService, decide } from './decide.ts';
import type { Policy, PolicyTest, Verdict } from './model.ts';
import { decideTool } from './servers/decideTool.ts';

/** How one of a file's tests went. */
export interface PolicyTestResult {
  readonly test: PolicyTest;
  /** `invalid`: the request would be refused before any rule is asked. It is no `deny`: it may be a slip. */
  readonly got: Verdict | 'invalid';
  readonly ok: boolean;
  /** One sentence: why it was decided so. */
  readonly reason: string;
}

/** Runs a policy's `tests` against its rules as they are written. Sends nothing. */
export function runPolicyTests({
  services,
  servers,
  tests,
}: Pick<Policy, 'services' | 'servers' | 'tests'>): PolicyTestResult[] {
  const compiled = new Map<string, CompiledService>();
  return tests.map((test) => {
    const asked = test.request;
    if ('tool' in asked) {
      const server = servers.get(asked.server);
      if (server === undefined) return result(test, 'deny', `There is no server named ${asked.server}.`);
      const { verdict, reason } = decideTool(server, asked.tool);
      return result(test, verdict, reason);
    }
    const service = services.get(asked.service);
    if (service === undefined) {
      return result(test, 'deny', `There is no service named ${asked.service}.`);
    }
    const request = canonicalise(asked, service);
    if (!request.ok) return result(test, 'invalid', request.error.message);
    const own = compiled.get(service.name) ?? compileService(service);
    compiled.set(service.name, own);
    const { verdict, reason } = decide(own, request.value, asked.agent);
    return result(test, verdict, reason);
  });
}

function result(test: PolicyTest, got: PolicyTestResult['got'], reason: string): PolicyTestResult {
  return { test, got, ok: got === test.expect, reason };
}
