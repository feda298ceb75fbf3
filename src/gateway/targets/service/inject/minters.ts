import type { Auth } from '../../../../core/policy/auth/authTypes.ts';
import type { Secret } from '../../../../core/secret.ts';
import type { TokenStore } from '../../../control/controlPort.ts';
import { mintGithubApp } from './githubApp.ts';
import { mintGoogleServiceAccount } from './googleServiceAccount.ts';
import { mintJwt } from './jwt.ts';
import type { Mint, Minted } from './minting.ts';
import { mintOAuth2 } from './oauth2.ts';
import { mintVscodeSession } from './vscodeSession.ts';

/** What a token is made of. */
interface Minting {
  readonly stored: Secret;
  /** Whether the token before it was refused. */
  readonly refused: boolean;
  readonly mint: Mint;
  readonly ports: { readonly tokenStore: TokenStore | undefined; readonly now: () => number };
}

type Minter<Type extends Auth['type']> = (
  auth: Extract<Auth, { readonly type: Type }>,
  minting: Minting,
) => Promise<Minted>;

/** The types whose credential stays here: what goes along is a token that is made or fetched with it. */
const MINTERS: { readonly [Type in Auth['type']]?: Minter<Type> } = {
  oauth2: (auth, { stored, mint }) => mintOAuth2(auth, stored, mint),
  'github-app': (auth, { stored, mint }) => mintGithubApp(auth, stored, mint),
  'google-service-account': (auth, { stored, mint }) => mintGoogleServiceAccount(auth, stored, mint),
  jwt: (auth, { stored, mint }) => mintJwt(auth, stored, mint),
  'vscode-session': (auth, { refused, mint, ports }) => mintVscodeSession(auth, mint.service.name, refused, ports),
};

export function isMinted({ type }: Auth): boolean {
  return Object.hasOwn(MINTERS, type);
}

/** Makes the token that goes along in the credential's place. */
export function mintToken<Type extends Auth['type']>(
  auth: Extract<Auth, { readonly type: Type }>,
  minting: Minting,
): Promise<Minted> {
  const minter: Minter<Type> | undefined = MINTERS[auth.type as Type];
  if (minter === undefined) throw new Error(`no token is minted for ${auth.type}`);
  return minter(auth, minting);
}
