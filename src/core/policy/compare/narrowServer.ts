import { lowerLimits, sameLimits } from '../../limits/limits.ts';
import type { Server, ServerTools } from '../model/server.ts';
import { coversGenerously, coversStrictly, mayMeet, type NamePattern } from '../patterns/namePattern.ts';

const NO_TOOLS: ServerTools = { allow: [], ask: [], deny: [] };

/**
 * What is left of an approved server once a text that says `saved` of it (undefined: names it no more) was saved: never
 * more than either of them allows. What the server *is* stays as approved; where the saved text differs, that is the
 * gateway's and the user's matter. The same object when nothing changes.
 */
export function narrowServer(approved: Server, saved: Server | undefined): Server {
  const tools = narrowTools(approved.tools, saved?.tools ?? NO_TOOLS);
  const limits = saved === undefined ? approved.limits : lowerLimits(approved.limits, saved.limits);
  if (sameTools(tools, approved.tools) && sameLimits(limits, approved.limits)) return approved;
  return { ...approved, tools, limits };
}

function narrowTools(approved: ServerTools, saved: ServerTools): ServerTools {
  const bySaved = [...saved.allow, ...saved.ask];
  const byApproved = [...approved.allow, ...approved.ask];
  const covered = (pattern: NamePattern, by: readonly NamePattern[]): boolean =>
    by.some((outer) => coversStrictly(outer, pattern));
  // What a saved pattern covers stays; what does not stay gives way to saved patterns that it covers.
  const granted = byApproved.filter((pattern) => covered(pattern, bySaved));
  for (const pattern of bySaved) {
    if (!covered(pattern, granted) && covered(pattern, byApproved)) granted.push(pattern);
  }
  // Both texts' questions are asked on. One that would itself grant more than was approved is not kept as it is:
  // whatever it may concern asks in its place.
  const asking = distinct([...approved.ask, ...saved.ask]);
  const ask = asking.filter((pattern) => covered(pattern, granted));
  const lost = asking.filter((pattern) => !ask.includes(pattern));
  const allow: NamePattern[] = [];
  for (const pattern of granted) {
    if (ask.some((other) => other.text === pattern.text)) continue;
    if (lost.some((other) => mayMeet(other, pattern))) ask.push(pattern);
    else allow.push(pattern);
  }
  const deny = distinct([...approved.deny, ...saved.deny]);
  return { allow: distinct(allow), ask, deny };
}

/** Without those that another one before them covers generously, as deny and ask are meant. */
function distinct(patterns: readonly NamePattern[]): NamePattern[] {
  const kept: NamePattern[] = [];
  for (const pattern of patterns) {
    const known = kept.some((other) => coversGenerously(other, pattern) && coversStrictly(other, pattern));
    if (!known) kept.push(pattern);
  }
  return kept;
}

function sameTools(one: ServerTools, other: ServerTools): boolean {
  const texts = ({ allow, ask, deny }: ServerTools): string =>
    JSON.stringify([allow, ask, deny].map((list) => list.map(({ text }) => text)));
  return texts(one) === texts(other);
}
