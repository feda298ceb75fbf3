import { canonicalise } from '../../request/canonicalise.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';
import { type CompiledService, compileService, decide } from '../decide/decide.ts';
import { decideTool } from '../decide/decideTool.ts';
import type { Verdict } from '../model/decision.ts';
import type { Policy, PolicyTest } from '../model/policy.ts';
import { suggest } from '../text/suggest.ts';

/** How one of a file's tests went. */
export interface PolicyTestResult {
  readonly test: PolicyTest;
  /**
   * `invalid`: the request would be refused before any rule is asked, or the file has no rules for it. It is no `deny`:
   * it may be a slip, or a name that was changed elsewhere.
   */
  readonly got: Verdict | 'invalid';
  readonly ok: boolean;
  /** One sentence: why it was decided so. */
  readonly reason: Phrase;
  /** With `invalid`, where the file has no such service or server. */
  readonly unknown?: {
    /** The name of the file's that is nearest, if one is near. */
    readonly meant?: string;
  };
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
      if (server === undefined) return unknown(test, 'server', asked.server, servers.keys());
      const { verdict, reason } = decideTool(server, asked.tool);
      return result(test, verdict, reason);
    }
    const service = services.get(asked.service);
    if (service === undefined) return unknown(test, 'service', asked.service, services.keys());
    const request = canonicalise(asked, service);
    if (!request.ok) return result(test, 'invalid', request.error.message);
    const own = compiled.get(service.name) ?? compileService(service);
    compiled.set(service.name, own);
    const { verdict, reason } = decide(own, request.value, asked.agent);
    return result(test, verdict, reason);
  });
}

/** So many names are looked at for the one that was meant: a file may have thousands, and a thousand tests. */
const MAX_COMPARED = 100;

/** A file's tests are about its own rules: what another file says of this name shows nothing about them. */
function unknown(
  test: PolicyTest,
  kind: 'service' | 'server',
  name: string,
  names: Iterable<string>,
): PolicyTestResult {
  const meant = suggest(name, [...names].slice(0, MAX_COMPARED));
  const reason = phrase`This file has no ${kind} of that name.${meant === undefined ? '' : phrase` Did you mean \`${meant}\`?`}`;
  return { ...result(test, 'invalid', reason), unknown: meant === undefined ? {} : { meant } };
}

function result(test: PolicyTest, got: PolicyTestResult['got'], reason: Phrase): PolicyTestResult {
  return { test, got, ok: got === test.expect, reason };
}
