import type { VscodeSessionAuth } from '../../../../core/policy/auth/vscodeSession.ts';
import { phrase } from '../../../../core/text/phrase.ts';
import type { TokenStore } from '../../../control/controlPort.ts';
import { MintError, type Minted } from './minting.ts';

/** VS Code renews its sessions itself; it is asked again after this long. */
const HELD_MS = 5 * 60_000;

/** The token of a session that VS Code has. It stays VS Code's: nothing of it is stored. */
export async function mintVscodeSession(
  { provider, scopes }: VscodeSessionAuth,
  service: string,
  refused: boolean,
  { tokenStore, now }: { readonly tokenStore: TokenStore | undefined; readonly now: () => number },
): Promise<Minted> {
  const value = await tokenStore?.session({ service, provider, scopes, refused });
  if (value === undefined) throw new MintError('refused', 'no_session', phrase`VS Code has no such session`);
  return { value, expiresAt: now() + HELD_MS, endless: true };
}
