import { waits } from '../../../core/policy/compare/policyChange.ts';
import type { BoundedPolicyParser } from '../../../policyWorker/policyParser.ts';
import { boundedParse } from './boundedParse.ts';
import type { PolicyLanguage } from './policyLanguage.ts';

/** The real policy language. */
export function policyLanguage(parser: Pick<BoundedPolicyParser, 'parse' | 'narrow' | 'changes'>): PolicyLanguage {
  return {
    parse: (text) => boundedParse(parser, text),
    narrow: (approved, written) => parser.narrow(approved, written),
    changes: async (approved, written, once) => {
      const changes = await parser.changes(approved, written, once);
      return changes.some(waits) ? changes : [];
    },
  };
}
