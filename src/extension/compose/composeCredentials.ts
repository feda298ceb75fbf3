import path from 'node:path';
import * as vscode from 'vscode';
import { credentialIds } from '../credentials/model/credentialSet.ts';
import { CredentialStore } from '../credentials/model/credentialStore.ts';
import { RenewalLocks } from '../credentials/model/renewalLocks.ts';
import { Sessions } from '../credentials/model/sessions.ts';
import { WindowTokenStore } from '../credentials/model/windowTokenStore.ts';
import { SignIns } from '../credentials/signIn/signIns.ts';
import type { PolicyStore } from '../policy/model/policyStore.ts';
import type { SharedStateFile } from '../state/sharedState.ts';
import { STORAGE_FOLDERS } from '../state/storageFolders.ts';
import { after, pause } from '../util/after.ts';
import type { Host } from './host.ts';

export interface CredentialParts {
  readonly credentials: CredentialStore;
  readonly tokenStore: WindowTokenStore;
  readonly signIns: SignIns;
}

/** Stored credentials, what renews them, and sign-ins at providers, whose links VS Code brings back. */
export function composeCredentials(
  { context, storage, log }: Host,
  { policies, shared }: { readonly policies: PolicyStore; readonly shared: SharedStateFile },
): CredentialParts {
  const credentials = new CredentialStore({ secrets: context.secrets, metadata: context.globalState, now: Date.now });
  const sessions = new Sessions((provider, scopes) =>
    vscode.authentication.getSession(provider, [...scopes], { silent: true }),
  );
  const tokenStore = new WindowTokenStore({
    credentials,
    locks: new RenewalLocks(path.join(storage, STORAGE_FOLDERS.renewalLocks), Date.now),
    ids: () => credentialIds(policies.entries()),
    session: (wanted) => {
      const id = credentialIds(policies.entries()).get(wanted.service);
      const record = id && credentials.get(id);
      return sessions.token(wanted, record?.state === 'session' ? record.createdAt : undefined);
    },
    announce: () => shared.announceChange(),
    now: Date.now,
    wait: pause,
    log: (message) => log.warn(message),
  });
  const signIns = new SignIns({ after });
  context.subscriptions.push(
    vscode.window.registerUriHandler({
      handleUri: ({ path: to, query }) => {
        if (to !== '/signed-in' || !signIns.receive(query))
          log.warn('A sign-in link was opened that is no longer expected.');
      },
    }),
  );
  return { credentials, tokenStore, signIns };
}
