import { phrase } from '../../text/phrase.ts';
import type { AuthReader } from './authReader.ts';
import { type AuthType, authorizationAlone } from './authType.ts';
import { SCOPE_FORM, SCOPES_KEY } from './oauth2.ts';

/** The session that VS Code itself has with GitHub or Microsoft, sent as a bearer token. Nothing is stored. */
export interface VscodeSessionAuth {
  readonly type: 'vscode-session';
  readonly provider: 'github' | 'microsoft';
  readonly scopes: readonly string[];
}

const PROVIDERS = ['github', 'microsoft'] as const;

export const VSCODE_SESSION: AuthType<VscodeSessionAuth> = {
  keys: [
    { name: 'provider', takes: 'word', words: phrase`The provider of the VS Code session.`, values: PROVIDERS },
    SCOPES_KEY,
  ],
  read,
  placement: ({ provider }) => `vscode-session:${provider}`,
  headers: authorizationAlone,
};

function read(reader: AuthReader): VscodeSessionAuth | undefined {
  const provider = reader.requiredWord('provider', PROVIDERS, 'provider: github');
  reader.require('scopes', 'scopes: [repo]');
  const scopes = reader.list('scopes', SCOPE_FORM, '[repo]') ?? [];
  return reader.sound ? { type: 'vscode-session', provider, scopes } : undefined;
}
