import path from 'node:path';
import * as vscode from 'vscode';
import type { App } from '../app/app.ts';
import { Explorer } from '../audit/explorer/explorer.ts';
import { AccessRequestList } from '../audit/model/accessRequestList.ts';
import { ActivityLog } from '../audit/model/activity.ts';
import { FreezeStore } from '../freeze/model/freezeStore.ts';
import { Learning } from '../learn/model/learning.ts';
import { Proposals } from '../learn/model/proposals.ts';
import type { LookParts } from '../policy/editor/policyLooks.ts';
import { LiveServiceModel } from '../services/model/serviceModel.ts';
import { Announcements } from '../state/announcements.ts';
import { SharedStateFile } from '../state/sharedState.ts';
import { STORAGE_FOLDERS } from '../state/storageFolders.ts';
import { ReadOnlyTexts } from '../ui/readOnlyText.ts';
import { type AgentParts, composeAgents } from './composeAgents.ts';
import { composeApprovals } from './composeApprovals.ts';
import { type AuditParts, composeAudit } from './composeAudit.ts';
import { composeCredentials } from './composeCredentials.ts';
import { composeGateway } from './composeGateway.ts';
import { composeLanguage } from './composeLanguage.ts';
import { composePolicies } from './composePolicies.ts';
import type { Host } from './host.ts';
import { type WindowCheckup, windowCheckup } from './windowCheckup.ts';

/** The parts of a window, and those of them that only its start and its registration need. */
export interface WindowParts {
  readonly app: App;
  readonly shared: SharedStateFile;
  readonly launcher: AgentParts['launcher'];
  readonly history: AuditParts['history'];
  readonly language: LookParts;
  readonly followCheckup: WindowCheckup['follow'];
  useCertificates(certificates: readonly string[]): void;
}

/** Builds the parts of a window out of each other. Nothing runs yet. */
export function compose(host: Host): WindowParts {
  const { context, storage } = host;
  const { globalState: metadata } = context;
  let certificates: readonly string[] = [];
  const shared = new SharedStateFile(storage);
  const announceChange = (): void => shared.announceChange();
  const freeze = new FreezeStore({ file: shared, secrets: context.secrets });
  const activity = new ActivityLog();
  const accessRequests = new AccessRequestList(Date.now);
  const learning = new Learning(Date.now);
  const texts = new ReadOnlyTexts();
  const policy = composePolicies(host);
  const { policies, locations } = policy;
  const credential = composeCredentials(host, { policies, shared });
  const { credentials } = credential;
  const { launcher, ...agent } = composeAgents(host, { policies });
  const approval = composeApprovals(host, texts);
  const gateway = composeGateway(host, {
    ...{ policy, credential, agent, approval, freeze, learning, activity, accessRequests, announceChange },
    certificates: () => certificates,
    anchorer: () => audit.anchorer,
  });
  const { history, ...audit } = composeAudit(host, { gateway, shared });
  const language = composeLanguage(host, audit.directory);
  const trust = { granted: () => vscode.workspace.isTrusted, onDidGrant: vscode.workspace.onDidGrantWorkspaceTrust };
  const { toolPins } = agent;
  const services = new LiveServiceModel({ credentials, freeze, policies, gateway, activity, toolPins, trust });
  const { follow: followCheckup, ...checkup } = windowCheckup({
    globalStorage: context.globalStorageUri,
    script: host.bundle('gateway'),
    secrets: context.secrets,
    ...{ credentials, metadata, policies, locations },
    services: () => services.list,
    servers: () => services.servers,
  });
  const explorer = new Explorer(context.extensionPath);
  const proposals = new Proposals();
  context.subscriptions.push(services, texts.register(), proposals.register(), explorer);
  const app: App = {
    ...{
      credentials,
      freeze,
      gateway,
      services,
      activity,
      accessRequests,
      learning,
      proposals,
      audit,
      texts,
      explorer,
    },
    ...policy,
    ...agent,
    ...checkup,
    launch: launcher.command,
    approvals: approval,
    signIns: credential.signIns,
    language: language.language,
    auditWorker: host.bundle('auditWorker'),
    extensionId: context.extension.id,
    version: host.version,
    runsBesideEditor: context.extension.extensionKind === vscode.ExtensionKind.UI,
    announcements: new Announcements(path.join(storage, STORAGE_FOLDERS.announcements), Date.now),
    auditChannel: host.auditChannel,
    log: host.log,
    announceChange,
  };
  const useCertificates = (read: readonly string[]): void => {
    certificates = read;
  };
  return { app, shared, launcher, history, language, followCheckup, useCertificates };
}
