import type { Method } from '../../request/parts/requestModel.ts';
import type { GraphqlScope } from '../model/restrictionModel.ts';
import type { Approval } from '../model/rule.ts';

/** One rule as it is written into a policy file. */
export type NewRule =
  | {
      readonly path: string;
      readonly effect?: never;
      readonly methods: readonly Method[];
      readonly graphql?: GraphqlScope;
      readonly approval?: Approval;
    }
  /** Denies every method. */
  | { readonly path: string; readonly effect: 'deny'; readonly methods?: never };

export type PresetId = 'read-only' | 'read-and-write' | 'nothing';

/** The sets of rules that Add Service offers, the most careful useful one first. */
export const PRESETS: readonly { readonly id: PresetId; readonly rules: readonly NewRule[] }[] = [
  { id: 'read-only', rules: [{ path: '/**', methods: ['GET', 'HEAD'] }] },
  {
    id: 'read-and-write',
    rules: [{ path: '/**', methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] }],
  },
  { id: 'nothing', rules: [] },
];
