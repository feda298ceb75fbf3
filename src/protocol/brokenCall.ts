import type { GivenCall } from '../core/request/arguments/call.ts';
import { SAFE_METHODS } from '../core/request/parts/requestModel.ts';

/** What an agent is told to do after a call of which nobody knows how far it came; proxy and gateway say it in the same words. */
export const DO_NOT_REPEAT =
  'Do not repeat the call: it may have taken effect. Check the current state first, or ask the user.';

/** The same for a request that changes nothing. */
export const READ_AGAIN = 'It was a read, which changes nothing: call again once. If that fails, too, tell the user.';

/** Whether a call as an agent gave it is one of those. */
export function isRead({ tool, method }: Pick<GivenCall, 'tool' | 'method'>): boolean {
  return tool === 'read' || SAFE_METHODS.has(method?.toUpperCase());
}
