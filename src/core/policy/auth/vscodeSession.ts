import type { VscodeSessionAuth } from '../model/auth.ts';
import type { AuthReader } from './authReader.ts';
import { SCOPE_FORM } from './oauth2.ts';

export const VSCODE_SESSION_KEYS = ['provider', 'scopes'] as const;

export function readVscodeSession(reader: AuthReader): VscodeSessionAuth | undefined {
  const provider = reader.requiredWord('provider', ['github', 'microsoft'], 'provider: github');
  reader.require('scopes', 'scopes: [repo]');
  const scopes = reader.list('scopes', SCOPE_FORM, '[repo]') ?? [];
  return reader.sound ? { type: 'vscode-session', provider, scopes } : undefined;
}
