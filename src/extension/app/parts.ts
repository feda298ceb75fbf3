import type * as vscode from 'vscode';
import type { PolicyDocument } from '../../core/policy/model/policy.ts';
import type { AgentList } from '../agents/model/agentList.ts';
import type { AgentStore } from '../agents/model/agentStore.ts';
import type { Connections } from '../agents/model/connections.ts';
import type { LaunchCommand } from '../agents/model/launcher.ts';
import type { ApprovalQueue } from '../approvals/model/approvalQueue.ts';
import type { DetailsDocuments } from '../approvals/model/detailsDocument.ts';
import type { Explorer } from '../audit/explorer/explorer.ts';
import type { AccessRequestList } from '../audit/model/accessRequestList.ts';
import type { ActivityLog } from '../audit/model/activity.ts';
import type { AuditLogParts } from '../audit/model/auditLogParts.ts';
import type { Backups } from '../checkup/repair/backups.ts';
import type { ConfigThread } from '../checkup/repair/plannedChange.ts';
import type { Checkup } from '../checkup/scan/checkup.ts';
import type { Dismissals } from '../checkup/scan/dismissals.ts';
import type { Exposures } from '../checkup/scan/exposures.ts';
import type { KillSwitchTests } from '../checkup/scan/killSwitchTests.ts';
import type { CredentialStore } from '../credentials/model/credentialStore.ts';
import type { SignIns } from '../credentials/signIn/signIns.ts';
import type { FreezeStore } from '../freeze/model/freezeStore.ts';
import type { GatewaySupervisor } from '../gateway/model/gatewaySupervisor.ts';
import type { Learning } from '../learn/model/learning.ts';
import type { Proposals } from '../learn/model/proposals.ts';
import type { LanguageService } from '../policy/language/languageService.ts';
import type { AdministratorPolicy } from '../policy/model/administratorPolicy.ts';
import type { PolicyLocations } from '../policy/model/policyLocations.ts';
import type { PolicyStore } from '../policy/model/policyStore.ts';
import type { ToolPinStore } from '../servers/model/toolPinStore.ts';
import type { ServiceModel } from '../services/model/serviceModel.ts';
import type { Announcements } from '../state/announcements.ts';
import type { ReadOnlyTexts } from '../ui/readOnlyText.ts';

// What commands and views work with, by feature: each says in its type which parts it touches.

/** Stored credentials, and signing in where they come from. */
export interface CredentialParts {
  readonly credentials: CredentialStore;
  /** Sign-ins at providers through the browser. */
  readonly signIns: SignIns;
}

/** The kill switch. */
export interface FreezeParts {
  readonly freeze: FreezeStore;
}

/** The policy files and their language. */
export interface PolicyParts {
  readonly policies: PolicyStore;
  readonly locations: PolicyLocations;
  readonly administrator: AdministratorPolicy;
  /** Reads a policy text within a second, off the event loop. */
  readonly parse: (text: string) => Promise<PolicyDocument>;
  /** The policy language for the editor, in a thread of its own. */
  readonly language: LanguageService;
}

/** This window’s gateway. */
export interface GatewayPart {
  readonly gateway: GatewaySupervisor;
}

/** The services as people see them. */
export interface ServiceParts {
  readonly services: ServiceModel;
  /** What one of all windows does for the others. */
  readonly announcements: Announcements;
}

/** Who may call, and how they are connected. */
export interface AgentParts {
  /** Who is connected to this window's gateway. */
  readonly agents: AgentList;
  /** Which agents may call. */
  readonly agentStore: AgentStore;
  /** Entries in other MCP clients' configurations. */
  readonly connections: Connections;
  /** How other MCP clients start the proxy, whatever version is installed. */
  readonly launch: LaunchCommand;
}

/** MCP servers behind Valet Key. */
export interface ServerParts {
  /** What was accepted of the tools of upstream MCP servers, and what waits. */
  readonly toolPins: ToolPinStore;
}

/** What was recorded, and what is asked for. */
export interface AuditParts {
  readonly activity: ActivityLog;
  /** What agents asked for with `request_access`. */
  readonly accessRequests: AccessRequestList;
  readonly audit: AuditLogParts;
  readonly explorer: Explorer;
  /** Absolute path of `dist/auditWorker.js`, which reads the audit trail beside the event loop. */
  readonly auditWorker: string;
  readonly auditChannel: vscode.OutputChannel;
}

/** Requests that rules ask about. */
export interface ApprovalParts {
  /** Requests that wait for the user's word. */
  readonly approvals: Approvals;
}

/** Learning a policy from calls. */
export interface LearnParts {
  /** What is being learned in this window. */
  readonly learning: Learning;
  /** Policies that traffic suggests. */
  readonly proposals: Proposals;
}

/** The checkup, and what it changed. */
export interface CheckupParts {
  readonly checkup: Checkup;
  /** Reads and changes configuration files off this thread. */
  readonly configThread: ConfigThread;
  /** What files were before the checkup changed them. */
  readonly backups: Backups;
  /** What stood in plain text, and is not known to be rotated. */
  readonly exposures: Exposures;
  /** Findings that the user does not want to be told of again. */
  readonly dismissals: Dismissals;
  readonly killSwitchTests: KillSwitchTests;
  /** Services whose last self-test showed their credential. */
  readonly leaks: Set<string>;
}

/** What this window, this installation and the other windows are. */
export interface WindowParts {
  readonly texts: ReadOnlyTexts;
  readonly log: vscode.LogOutputChannel;
  /** The extension's. */
  readonly version: string;
  /** False where VS Code runs the extension on the remote side of a window. */
  readonly runsBesideEditor: boolean;
  /** Of this extension, as in links that open VS Code. */
  readonly extensionId: string;
  /** Tells other windows to read credentials and approvals again. */
  announceChange(): void;
}

/** Requests that rules ask about. */
export interface Approvals {
  readonly queue: ApprovalQueue;
  readonly details: DetailsDocuments;
}
