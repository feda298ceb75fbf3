import { effectiveMethods } from './coverage.ts';
import { strippedSegments } from './fold.ts';
import type { Rule } from './model.ts';

/**
 * Whether some request may be granted by one rule, strictly, and concerned by the other, generously. Sound, not
 * complete: false only when there is no such request.
 */
export function mayMeet(grant: Rule, restricting: Rule): boolean {
  // Paths first: most pairs of rules are told apart by them.
  if (!pathsMayMeet(grant, restricting)) return false;
  const concerned = effectiveMethods({ ...restricting, effect: 'deny' });
  return grant.methods === undefined || [...grant.methods].some((method) => concerned.has(method));
}

function pathsMayMeet(grant: Rule, restricting: Rule): boolean {
  const inner = grant.pattern.folded;
  const outer = restricting.pattern.folded;
  for (const [index, unit] of inner.entries()) {
    const other = outer[index];
    if (other === undefined || unit.kind === 'deep' || other.kind === 'deep') return true;
    if (unit.kind === 'literal' && other.kind === 'literal' && !sameSegment(unit.text, other.text)) return false;
  }
  return true;
}

/** A request's folded segment counts as it is, and as servers read it that drop parts of it. */
function sameSegment(asked: string, named: string): boolean {
  if (asked === named) return true;
  return !/^[a-z0-9_~-]*$/.test(asked) && strippedSegments([asked])?.[0] === named;
}
