import type { GatewayState } from '../state/gatewayState.ts';
import { type RefusalError, refusals, type Sent } from './model/refusals.ts';

/** Whatever can take a call back that is waiting, asked about or under way. There is no other way to do so. */
export type Interruption =
  /** A service or server was frozen, or everything; or a freeze was lifted. */
  | { readonly by: 'freeze' }
  /** An agent was frozen, or is not allowed any more; or one was let in. */
  | { readonly by: 'agents' }
  /** Credentials were rotated or bound elsewhere; those in `removed` are gone. */
  | { readonly by: 'credentials'; readonly removed: readonly string[] }
  /** A policy was narrowed, or the workspace is not trusted any more. */
  | { readonly by: 'policies' }
  /** Other tools are accepted, or offered, than before. */
  | { readonly by: 'tools' }
  /** A proxy's connection was closed. */
  | { readonly by: 'disconnection'; readonly connection: string }
  /** The gateway ends. */
  | { readonly by: 'end' };

/** Whatever has to end, or to be looked at again, when something is taken back. */
export interface Interruptible {
  interrupt(interruption: Interruption): void;
}

/** Tells each interruption to everything that it may concern, in the order of the list, before anything else can happen. */
export class Interruptions implements Interruptible {
  readonly #concerned: readonly Interruptible[];

  constructor(concerned: readonly Interruptible[]) {
    this.#concerned = concerned;
  }

  interrupt(interruption: Interruption): void {
    for (const one of this.#concerned) one.interrupt(interruption);
  }
}

/** For which services and servers an interruption ends everything, and in which words. */
export interface Ending {
  concerns(name: string): boolean;
  refuse(name: string, sent: Sent): RefusalError;
}

/**
 * What an interruption ends whatever a policy says; undefined where calls are judged again instead, as they are before
 * their first byte.
 */
export function endingBy(
  interruption: Interruption,
  state: Pick<GatewayState, 'isFrozen' | 'allFrozen'>,
): Ending | undefined {
  switch (interruption.by) {
    case 'freeze': {
      const all = state.allFrozen;
      return {
        concerns: (name) => state.isFrozen(name),
        refuse: (name, sent) => refusals.frozen(name, all, sent),
      };
    }
    case 'credentials':
      return {
        concerns: (name) => interruption.removed.includes(name),
        refuse: (name, sent) => refusals.revoked(name, sent),
      };
    case 'end':
      return { concerns: () => true, refuse: (name, sent) => refusals.gatewayStopping(name, sent) };
    case 'agents':
    case 'policies':
    case 'tools':
    case 'disconnection':
      return undefined;
  }
}
