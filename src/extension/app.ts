import type * as vscode from 'vscode';
import type { PolicyDocument } from '../core/policy/model.ts';
import type { ActivityLog } from './audit/activity.ts';
import type { CredentialStore } from './credentials/credentialStore.ts';
import type { FreezeStore } from './freeze/freezeStore.ts';
import type { GatewaySupervisor } from './gateway/gatewaySupervisor.ts';
import type { ServerDefinition } from './mcp/serverDefinition.ts';
import type { PolicyBook } from './policy/policyBook.ts';
import type { PolicyLocations } from './policy/policyLocations.ts';
import type { Event } from './util/emitter.ts';
import type { ServiceSummary } from './views/services/serviceList.ts';

/** What commands and views work with: built once by the composition root, never global. */
export interface App {
  readonly credentials: CredentialStore;
  readonly freeze: FreezeStore;
  readonly policies: PolicyBook;
  readonly locations: PolicyLocations;
  readonly gateway: GatewaySupervisor;
  readonly services: ServiceModel;
  readonly activity: ActivityLog;
  readonly definition: ServerDefinition;
  readonly auditChannel: vscode.OutputChannel;
  readonly log: vscode.LogOutputChannel;
  /** Reads a policy text within a second, off the event loop. */
  readonly parse: (text: string) => Promise<PolicyDocument>;
  /** Tells other windows to read credentials and approvals again. */
  announceChange(): void;
}

/** The services as the views last saw them. */
export interface ServiceModel {
  readonly list: readonly ServiceSummary[];
  readonly onDidChange: Event<void>;
}
