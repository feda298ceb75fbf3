import * as vscode from 'vscode';
import type { PolicyStore } from './policyStore.ts';

const SCHEME = 'valetkey-approved';

/** The address of the approved version of a policy file, for the left side of a diff editor. */
export function approvedUri(id: string): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: '/valetkey.yaml', query: id });
}

/** An empty text: the right side for a file that is missing. */
export function nothingUri(): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: '/missing.yaml' });
}

/** Serves the approved versions as read-only documents. */
export function registerApprovedDocuments(store: PolicyStore): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  return vscode.Disposable.from(
    changed,
    store.onDidChange(() => {
      for (const { id } of store.entries()) changed.fire(approvedUri(id));
    }),
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: changed.event,
      provideTextDocumentContent: (uri) => {
        const approval = store.get(uri.query)?.approval;
        return approval?.kind === 'approved' ? approval.text : '';
      },
    }),
  );
}
