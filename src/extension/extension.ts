import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { BoundedPolicyParser } from '../gateway/policyParser.ts';
import { defaultRuntimeDir, ownRuntimeDirInputs } from '../protocol/runtimeDir.ts';
import type { App } from './app.ts';
import { ActivityLog } from './audit/activity.ts';
import { registerCommands } from './commands/register.ts';
import { credentialIds, credentialSetOf } from './credentials/credentialSet.ts';
import { CredentialStore } from './credentials/credentialStore.ts';
import { registerMoveSecretQuickFix } from './diagnostics/moveSecretQuickFix.ts';
import { registerPolicyDiagnostics } from './diagnostics/policyDiagnostics.ts';
import { FreezeStore } from './freeze/freezeStore.ts';
import { networkSettings, systemCertificates } from './gateway/networkSettings.ts';
import { windowGateway } from './gateway/windowGateway.ts';
import { followWindow } from './gateway/windowInfo.ts';
import { serverDefinition } from './mcp/serverDefinition.ts';
import { registerServerProvider } from './mcp/serverProvider.ts';
import { ApprovalStore } from './policy/approvalStore.ts';
import { registerApprovedDocuments } from './policy/approvedDocuments.ts';
import { policyLanguage } from './policy/language.ts';
import { PolicyBook } from './policy/policyBook.ts';
import { PolicyLocations } from './policy/policyLocations.ts';
import { reloadOn } from './state/reloader.ts';
import { SharedStateFile } from './state/sharedState.ts';
import { textFolder } from './state/textFolder.ts';
import { errorText } from './util/errorText.ts';
import { registerActivityView } from './views/activity/activityView.ts';
import { registerContextKeys } from './views/contextKeys.ts';
import { LiveServiceModel } from './views/services/serviceModel.ts';
import { registerServicesView } from './views/services/servicesView.ts';
import { registerStatusBar } from './views/statusBar.ts';

/** Builds the parts, registers them, and starts the gateway in the background. */
export function activate(context: vscode.ExtensionContext): void {
  const { secrets, globalState: metadata, extensionPath, globalStorageUri } = context;
  const storage = globalStorageUri.fsPath;
  const gatewayScript = path.join(extensionPath, 'dist', 'gateway.js');
  const extensionVersion = String(context.extension.packageJSON.version);
  const runtimeDir = defaultRuntimeDir(ownRuntimeDirInputs(process.env, tmpdir()));
  const log = vscode.window.createOutputChannel('Valet Key', { log: true });
  const auditChannel = vscode.window.createOutputChannel('Valet Key Audit');
  const onLog = (level: 'info' | 'warn' | 'error', message: string): void => log[level](message);
  const failed = (error: unknown): void => log.error(errorText(error));

  const shared = new SharedStateFile(storage);
  const credentials = new CredentialStore({ secrets, metadata, now: Date.now });
  const freeze = new FreezeStore({ file: shared, secrets });
  const activity = new ActivityLog();
  const parser = new BoundedPolicyParser(gatewayScript);
  const language = policyLanguage(
    parser,
    vscode.l10n.t('The file takes too long to read. Make it shorter or simpler.'),
  );
  const locations = new PolicyLocations(globalStorageUri);
  const policies = new PolicyBook({
    approvals: new ApprovalStore({ texts: textFolder(path.join(storage, 'approved')), secrets, installation: storage }),
    lastValid: textFolder(path.join(storage, 'written')),
    language,
    now: Date.now,
    log: onLog,
  });

  let certificates: readonly string[] = [];
  const window = followWindow(() => void gateway.push('window'));
  const gateway = windowGateway(
    { script: gatewayScript, runtimeDir, storage, extensionVersion, secrets },
    {
      window: () => window.current(),
      network: () => networkSettings(certificates),
      policies: () => policies.files(),
      credentials: () => credentialSetOf(credentialIds(policies.entries()), credentials.all(), credentials.retired()),
      freeze: () => freeze.state,
    },
    {
      onAudit: (event, line) => {
        auditChannel.appendLine(line);
        activity.add(event);
      },
      onAccessWish: ({ agent, method, path: wished, service }) =>
        log.info(`${agent} asked for ${method} ${wished} on ${service}.`),
      onLog,
    },
  );
  const services = new LiveServiceModel({ credentials, freeze, policies, gateway, activity });
  const definition = serverDefinition({
    execPath: process.execPath,
    proxyPath: path.join(extensionPath, 'dist', 'proxy.js'),
    runtimeDir,
    extensionVersion,
  });
  const app: App = {
    credentials,
    freeze,
    policies,
    locations,
    gateway,
    services,
    activity,
    definition,
    auditChannel,
    log,
    parse: language.parse,
    announceChange: () => shared.announceChange(),
  };

  context.subscriptions.push(
    log,
    auditChannel,
    parser,
    gateway,
    window,
    services,
    registerServerProvider(definition),
    registerCommands(app),
    registerServicesView(app),
    registerActivityView(app),
    registerStatusBar(app),
    registerContextKeys(app),
    registerApprovedDocuments(policies),
    registerPolicyDiagnostics(app),
    registerMoveSecretQuickFix(app),
    freeze.onDidChange(() => void gateway.push('freeze')),
    credentials.onDidChange(() => void gateway.push('credentials')),
    // Which credentials count here depends on the policies, so the policies go first.
    policies.onDidChange(() => void gateway.push('policies').then(() => gateway.push('credentials'))),
    shared.watch(),
    reloadOn([shared.onDidChange, secrets.onDidChange], app, failed),
    locations.watch(policies, failed),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('http')) void gateway.push('network');
    }),
  );

  const start = async (): Promise<void> => {
    await Promise.all([freeze.load(), credentials.load(), policies.setSources(locations.sources())]);
    await gateway.start();
    certificates = await systemCertificates();
    await gateway.push('network');
  };
  void start().catch(failed);
}
