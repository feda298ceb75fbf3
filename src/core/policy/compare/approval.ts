import { lowerLimits, sameLimits } from '../../limits/limits.ts';
import type { ReadPolicy } from '../model/policy.ts';
import { restrictionsKey } from '../model/restrictions.ts';
import type { Rule } from '../model/rule.ts';
import type { Server } from '../model/server.ts';
import type { Service, VerifyRequest } from '../model/service.ts';
import { parsePolicy } from '../read/parse.ts';
import { MAX_POLICY_BYTES, utf8Bytes } from '../text/textGuard.ts';
import { allowCoverage, askCoverage, effectiveMethods, without } from './coverage.ts';
import { narrowServer } from './narrowServer.ts';
import { mayMeet } from './overlap.ts';
import { policyText, printBareService, printService } from './print.ts';
import { printBareServer, printServer } from './printServer.ts';
import { asksAsStrictly } from './strictness.ts';

/** Approved by nobody, for nothing. */
const NOTHING = policyText([]);

/**
 * What is left of an approved policy once `written`, a valid text, was saved: never more than either of them allows.
 *
 * - An allow rule stays for those methods that a saved rule covers; one that does not stay gives way to saved rules
 *   which it covers. A service that the saved text does not name keeps its name and loses all of them.
 * - Both texts' ask rules ask on: where one cannot stay as it is, because it would allow what the other text does not,
 *   the rules that it may concern ask in its place.
 * - The saved text's denies are added and none is ever taken away; limits go down to the lower of both; caller headers
 *   stay only if both let them through, a verifying request only if both name it.
 * - `baseUrl`, `auth`, `network`, `environment` and `headers.set` stay as approved: where the saved text differs, that
 *   is the gateway's and the user's matter.
 *
 * Returns `approved` itself, comments and all, when nothing changes; else a text printed anew. If that grew over the
 * size of a policy file, the largest services lose all their rules until it fits. A `written` with errors changes
 * nothing; an `approved` with errors approves nothing.
 */
export function narrowApproved(approved: string, written: string, read: ReadPolicy = parsePolicy): string {
  const saved = read(written, 'user').policy;
  if (saved === undefined || approved === written) return approved;
  const before = read(approved, 'user').policy;
  if (before === undefined) return NOTHING;
  const after = [...before.services.values()].map((service) =>
    narrowService(service, saved.services.get(service.name)),
  );
  const servers = [...before.servers.values()].map((server) => narrowServer(server, saved.servers.get(server.name)));
  const unchanged =
    after.every((service) => before.services.get(service.name) === service) &&
    servers.every((server) => before.servers.get(server.name) === server);
  return unchanged ? approved : printWithinCap(after, servers);
}

/** The same object when nothing changes. */
function narrowService(approved: Service, saved: Service | undefined): Service {
  const rules = narrowRules(approved.rules, saved?.rules ?? []);
  const limits = saved === undefined ? approved.limits : lowerLimits(approved.limits, saved.limits);
  const passed = approved.headers.allow.filter((name) => saved === undefined || saved.headers.allow.includes(name));
  if (
    rules === approved.rules &&
    sameLimits(limits, approved.limits) &&
    passed.length === approved.headers.allow.length &&
    (approved.verify === undefined || sameVerify(approved.verify, saved?.verify))
  ) {
    return approved;
  }
  const { verify, ...rest } = approved;
  const kept = verify !== undefined && sameVerify(verify, saved?.verify) ? { verify } : {};
  return { ...rest, ...kept, rules, limits, headers: { ...approved.headers, allow: passed } };
}

function sameVerify(one: VerifyRequest, other: VerifyRequest | undefined): boolean {
  return one.method === other?.method && one.path === other.path;
}

function narrowRules(approved: readonly Rule[], saved: readonly Rule[]): readonly Rule[] {
  const bySaved = allowCoverage(saved);
  const byApproved = allowCoverage(approved);
  const kept: Rule[] = [];
  let changed = false;
  for (const rule of approved) {
    if (rule.effect === 'deny') {
      kept.push(rule);
      continue;
    }
    const stays = bySaved.covered(rule);
    if (stays.size < effectiveMethods(rule).size) changed = true;
    if (stays.size > 0) kept.push(stays.size === rule.methods?.size ? rule : { ...rule, methods: stays });
  }
  const denied = new Set(kept.filter((rule) => rule.effect === 'deny').flatMap(denyKeys));
  // What is covered by what stayed says nothing new: to a rule that asks, only others that ask.
  const byKept = allowCoverage(kept);
  const asking = { always: askCoverage(kept, 'always'), remember: askCoverage(kept, 'remember') };
  for (const rule of saved) {
    if (rule.effect === 'deny') {
      const keys = denyKeys(rule);
      if (keys.every((key) => denied.has(key))) continue;
      for (const key of keys) denied.add(key);
      kept.push(rule);
      changed = true;
    } else {
      const said = rule.approval === undefined ? byKept : asking[rule.approval];
      const comes = without(byApproved.covered(rule), said.covered(rule));
      if (comes.size === 0) continue;
      const narrower = { ...rule, methods: comes };
      kept.push(narrower);
      byKept.add(narrower);
      if (rule.approval === 'always') asking.always.add(narrower);
      if (rule.approval !== undefined) asking.remember.add(narrower);
      changed = true;
    }
  }
  return askOn(kept, [...approved, ...saved]) || changed ? kept : approved;
}

/** Makes rules ask in the place of those ask rules of `before` that `kept` has not kept. True when it changed any. */
function askOn(kept: Rule[], before: readonly Rule[]): boolean {
  const asking = { always: askCoverage(kept, 'always'), remember: askCoverage(kept, 'remember') };
  let changed = false;
  for (const ask of before) {
    if (ask.approval === undefined) continue;
    const missing = without(effectiveMethods(ask), asking[ask.approval].covered(ask));
    if (missing.size === 0) continue;
    for (const [index, rule] of kept.entries()) {
      if (rule.effect === 'deny' || asksAsStrictly(rule, ask.approval)) continue;
      if (!mayMeet(rule, { ...ask, methods: missing })) continue;
      kept[index] = { ...rule, approval: ask.approval };
      changed = true;
    }
  }
  return changed;
}

/** One key for each method that a deny rule denies on its pattern, in its conditions. */
function denyKeys(rule: Rule): string[] {
  const restrictions = restrictionsKey(rule);
  return [...effectiveMethods(rule)].map((method) => `${method} ${rule.pattern.canonical} ${restrictions}`);
}

/** Services and servers as a text, within the size of a policy file: what does not fit is approved no more. */
function printWithinCap(services: readonly Service[], servers: readonly Server[]): string {
  const printed = services.map((service) => ({ text: printService(service), bare: () => printBareService(service) }));
  const wrapped = servers.map((server) => ({ text: printServer(server), bare: () => printBareServer(server) }));
  const whole = (): string =>
    policyText(
      printed.map(({ text }) => text),
      wrapped.map(({ text }) => text),
    );
  let bytes = utf8Bytes(whole());
  const largestFirst = [...printed, ...wrapped].sort((a, b) => b.text.length - a.text.length);
  for (const entry of largestFirst) {
    if (bytes <= MAX_POLICY_BYTES) break;
    const bare = entry.bare();
    bytes -= utf8Bytes(entry.text) - utf8Bytes(bare);
    entry.text = bare;
  }
  return bytes <= MAX_POLICY_BYTES ? whole() : NOTHING;
}
