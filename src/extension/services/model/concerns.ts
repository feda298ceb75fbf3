import type { GatewayHealth } from '../../gateway/model/gatewaySupervisor.ts';
import type { AdministratorState } from '../../policy/model/administratorPolicy.ts';
import { isTrouble, policyStatusOf } from '../../policy/model/policyStatus.ts';
import type { PolicyEntry } from '../../policy/model/policyStore.ts';

/**
 * What concerns all services at once, each with a way on. VS Code hides a view's welcome while the view has a message, so
 * none is ever set: in an empty view each of these is a welcome of its own (package.json), in one with services a row.
 */
export type Concern =
  | { readonly kind: 'untrusted' | 'frozen' | 'gatewayDown' | 'administratorBroken' }
  | { readonly kind: 'policyBroken' | 'policyMissing'; readonly entry: PolicyEntry }
  | { readonly kind: 'pendingChanges' | 'plainSecrets'; readonly count: number };

/** What a window knows, as of now. */
export interface ConcernFacts {
  readonly trusted: boolean;
  /** Whether all access is frozen. */
  readonly frozen: boolean;
  readonly gateway: GatewayHealth['state'];
  readonly administrator: AdministratorState['kind'];
  readonly entries: readonly PolicyEntry[];
  /** How many secrets stand in plain text in MCP configurations, as far as the checkup ran. */
  readonly plainSecrets: number;
}

/** The most urgent first: what refuses every call, then what concerns one file, then what can wait. */
export function concernsOf(facts: ConcernFacts): readonly Concern[] {
  const pending = facts.entries.reduce((sum, entry) => sum + entry.pending.length, 0);
  return [
    ...when(!facts.trusted, { kind: 'untrusted' }),
    ...when(facts.frozen, { kind: 'frozen' }),
    ...when(facts.gateway === 'down', { kind: 'gatewayDown' }),
    ...when(facts.administrator === 'broken', { kind: 'administratorBroken' }),
    ...facts.entries.filter(isTrouble).map((entry): Concern => {
      return { kind: policyStatusOf(entry) === 'missing' ? 'policyMissing' : 'policyBroken', entry };
    }),
    // Nobody is urged to approve what a workspace brings before it is trusted.
    ...when(facts.trusted && pending > 0, { kind: 'pendingChanges', count: pending }),
    ...when(facts.plainSecrets > 0, { kind: 'plainSecrets', count: facts.plainSecrets }),
  ];
}

/** Those that the *Services* view shows as rows: a row in a view without services would hide its welcome. */
export function concernRows(concerns: readonly Concern[], services: number): readonly Concern[] {
  return services === 0 ? [] : concerns;
}

/** The context keys that the welcomes in package.json go by. */
export function concernKeys(concerns: readonly Concern[]): Readonly<Record<string, boolean>> {
  const has = (kind: Concern['kind']): boolean => concerns.some((concern) => concern.kind === kind);
  const files = concerns.flatMap((concern) => ('entry' in concern ? [concern] : []));
  const broken = files.filter(({ kind }) => kind === 'policyBroken');
  return {
    'valetKey.untrusted': has('untrusted'),
    'valetKey.frozen': has('frozen'),
    'valetKey.gatewayDown': has('gatewayDown'),
    'valetKey.administratorBroken': has('administratorBroken'),
    'valetKey.policyBroken': broken.some(({ entry }) => entry.unreadable === undefined),
    'valetKey.policyUnreadable': broken.some(({ entry }) => entry.unreadable !== undefined),
    'valetKey.policyMissing': has('policyMissing'),
    // A first service goes to the user's file: that another one is in trouble is no reason not to add it.
    'valetKey.userPolicyTrouble': files.some(({ entry }) => entry.id === 'user'),
    'valetKey.pendingReview': has('pendingChanges'),
    'valetKey.plainSecrets': has('plainSecrets'),
  };
}

function when(holds: boolean, concern: Concern): readonly Concern[] {
  return holds ? [concern] : [];
}
