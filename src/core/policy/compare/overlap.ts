import type { Rule } from '../model/rule.ts';
import { foldPathSegment, segmentReadings } from '../patterns/readings.ts';
import { effectiveMethods } from './coverage.ts';

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
  if (restricting.pattern.decoded !== undefined || grant.pattern.decoded !== undefined) return true;
  const inner = grant.pattern.strict;
  const outer = restricting.pattern.folded;
  for (const [index, unit] of inner.entries()) {
    const other = outer[index];
    if (other === undefined || unit.kind === 'deep' || other.kind === 'deep') return true;
    if (unit.kind === 'literal' && other.kind === 'literal' && unit.text !== other.text) {
      const folded = foldPathSegment(unit.text);
      // Servers that begin a query there read a shorter path.
      if (/[?#;]/.test(folded)) return true;
      if (!segmentReadings(folded, true).includes(other.text)) return false;
    }
  }
  return true;
}
