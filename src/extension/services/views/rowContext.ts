import type { Activity } from '../../audit/model/activity.ts';

/** What the menus in package.json go by: the row's kind, and what can be done with it, in this order. */
export interface RowAbilities {
  readonly kind: 'service' | 'server';
  /** It is frozen by itself, so that it can be unfrozen by itself. */
  readonly frozen: boolean;
  /** Tools wait for a review. */
  readonly review?: boolean;
  /** It names credentials. */
  readonly needs?: boolean;
  /** A credential is there, which can be verified and revoked. */
  readonly credential: boolean;
  /** Its last rotation can be undone. */
  readonly undo: boolean;
}

/** What a row shows besides its summary. */
export interface RowState {
  readonly frozenAlone: boolean;
  readonly undoable: boolean;
  readonly lastCall: Activity | undefined;
}

/** The `contextValue` of a service's or a server's row, such as `service.frozen.credential`. */
export function rowContext({ kind, ...abilities }: RowAbilities): string {
  const order = ['frozen', 'review', 'needs', 'credential', 'undo'] as const;
  return [kind, ...order.filter((ability) => abilities[ability])].join('.');
}
