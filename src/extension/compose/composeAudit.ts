import path from 'node:path';
import * as vscode from 'vscode';
import { errorText } from '../../core/errorText.ts';
import { Anchorer } from '../audit/model/anchorer.ts';
import { AnchorStore } from '../audit/model/anchorStore.ts';
import type { AuditLogParts } from '../audit/model/auditLogParts.ts';
import { WindowHistory } from '../audit/model/windowHistory.ts';
import type { GatewaySupervisor } from '../gateway/model/gatewaySupervisor.ts';
import type { SharedStateFile } from '../state/sharedState.ts';
import { STORAGE_FOLDERS } from '../state/storageFolders.ts';
import { after } from '../util/after.ts';
import type { Host } from './host.ts';

export interface AuditParts extends AuditLogParts {
  readonly history: WindowHistory;
}

/** What vouches for the audit trail, and the memory of which runs are this window's. */
export function composeAudit(
  { context, storage, log, failed }: Host,
  { gateway, shared }: { readonly gateway: GatewaySupervisor; readonly shared: SharedStateFile },
): AuditParts {
  const directory = path.join(storage, STORAGE_FOLDERS.audit);
  const anchors = new AnchorStore({ secrets: context.secrets, installation: storage, now: Date.now });
  const anchorer = new Anchorer({
    head: () => gateway.head(),
    put: async (head) => {
      // In a browser this would lose the other window's credentials, which are worth more than an anchor.
      if (vscode.env.uiKind === vscode.UIKind.Web && shared.changedElsewhere) return;
      await anchors.put(head);
    },
    after,
    now: Date.now,
    onError: (error) => log.warn(`The audit log was not anchored: ${errorText(error)}`),
  });
  const history = new WindowHistory({ state: context.workspaceState, directory, now: Date.now });
  context.subscriptions.push(
    anchorer,
    gateway.onDidChange(({ state }) => {
      if (state === 'up')
        void gateway
          .status()
          .then((now) => now && history.remember(now.gatewayId))
          .catch(failed);
    }),
  );
  return { directory, anchors, anchorer, history };
}
