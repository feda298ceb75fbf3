import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ToolsSeen } from '../gateway/parent.ts';
import { BoundedPolicyParser } from '../gateway/policyParser.ts';
import { defaultRuntimeDir, ownRuntimeDirInputs } from '../protocol/runtimeDir.ts';
import { AgentList } from './agents/model/agentList.ts';
import { AgentStore } from './agents/model/agentStore.ts';
import { Connections } from './agents/model/connections.ts';
import { Launcher } from './agents/model/launcher.ts';
import { serverDefinition } from './agents/model/serverDefinition.ts';
import { registerServerProvider } from './agents/model/serverProvider.ts';
import { WrappedServerNames } from './agents/model/wrappedServerNames.ts';
import { registerAgentsView } from './agents/views/agentsView.ts';
import { tellOfAgent } from './agents/views/agentToast.ts';
import { tellOfCredentialInCall } from './agents/views/credentialToast.ts';
import type { App } from './app/app.ts';
import { ApprovalQueue } from './approvals/model/approvalQueue.ts';
import { ApprovalToasts } from './approvals/model/approvalToasts.ts';
import { DetailsDocuments } from './approvals/model/detailsDocument.ts';
import { showApprovalToast } from './approvals/views/showApprovalToast.ts';
import { Explorer } from './audit/explorer/explorer.ts';
import { TrailReader } from './audit/explorer/trailReader.ts';
import { AccessWishes } from './audit/model/accessWishes.ts';
import { ActivityLog } from './audit/model/activity.ts';
import { Anchorer } from './audit/model/anchorer.ts';
import { ANCHOR_PREFIX, AnchorStore } from './audit/model/anchorStore.ts';
import { recallHistory } from './audit/model/recallHistory.ts';
import { presentRuns } from './audit/model/trailCheck.ts';
import { WindowHistory } from './audit/model/windowHistory.ts';
import { registerActivityView } from './audit/views/activityView.ts';
import { tellOfWish } from './audit/views/wishToast.ts';
import { registerCheckupDiagnostics } from './checkup/views/checkupDiagnostics.ts';
import { registerCheckupView } from './checkup/views/checkupView.ts';
import { registerCommands } from './compose/registerCommands.ts';
import { windowCheckup } from './compose/windowCheckup.ts';
import { commandEnvironment } from './credentials/model/commandEnvironment.ts';
import { credentialIds, credentialSetOf } from './credentials/model/credentialSet.ts';
import { CredentialStore } from './credentials/model/credentialStore.ts';
import { noteAnswer } from './credentials/model/noteAnswer.ts';
import { RenewalKeeper } from './credentials/model/renewalKeeper.ts';
import { RenewalLocks } from './credentials/model/renewalLocks.ts';
import { Sessions } from './credentials/model/sessions.ts';
import { SignIns } from './credentials/signIn/signIns.ts';
import { FreezeStore } from './freeze/model/freezeStore.ts';
import { networkSettings, systemCertificates } from './gateway/model/networkSettings.ts';
import { windowGateway } from './gateway/model/windowGateway.ts';
import { followWindow, localFolders } from './gateway/model/windowInfo.ts';
import { followLearning } from './learn/commands/followLearning.ts';
import { Learning } from './learn/model/learning.ts';
import { Proposals } from './learn/model/proposals.ts';
import { registerDestinationDiagnostics } from './policy/editor/destinationDiagnostics.ts';
import { registerMoveSecretQuickFix } from './policy/editor/moveSecretQuickFix.ts';
import { registerPolicyLanguage } from './policy/editor/registerPolicyLanguage.ts';
import { registerReviewLens } from './policy/editor/reviewLens.ts';
import { CallHistory } from './policy/language/callHistory.ts';
import { LanguageService } from './policy/language/languageService.ts';
import { administratorPath, readAdministratorFile, watchAdministratorFile } from './policy/model/administratorFile.ts';
import { AdministratorPolicy } from './policy/model/administratorPolicy.ts';
import { registerApprovedDocuments } from './policy/model/approvedDocuments.ts';
import { boundedParse } from './policy/model/boundedParse.ts';
import { PolicyBook } from './policy/model/policyBook.ts';
import { PolicyLocations } from './policy/model/policyLocations.ts';
import { policyLanguage } from './policy/model/windowPolicyLanguage.ts';
import { offeredServers, serverScopes } from './servers/model/serverScopes.ts';
import { ToolPinStore } from './servers/model/toolPinStore.ts';
import { LiveServiceModel } from './services/model/serviceModel.ts';
import { registerProductionMark } from './services/views/productionMark.ts';
import { registerRotationReminders } from './services/views/rotationReminders.ts';
import { registerServicesView } from './services/views/servicesView.ts';
import { registerSetUpOffer } from './services/views/setUpOffer.ts';
import { registerStateToasts } from './services/views/stateToast.ts';
import { Announcements } from './state/announcements.ts';
import { prepareInstallationKeys, SETTLE_MS } from './state/installationKey.ts';
import { reloadOn } from './state/reloader.ts';
import { ApprovalStore } from './state/sealedText.ts';
import { SharedStateFile } from './state/sharedState.ts';
import { textFolder } from './state/textFolder.ts';
import { registerContextKeys } from './status/views/contextKeys.ts';
import { registerStatusBar } from './status/views/statusBar.ts';
import { ReadOnlyTexts } from './ui/readOnlyText.ts';
import { Emitter } from './util/emitter.ts';
import { errorText } from './util/errorText.ts';

/**
 * Builds the parts, registers them, and starts the gateway in the background. Gives way once in between, so that other
 * extensions need not wait for the whole of it.
 */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const { secrets, globalState: metadata, workspaceState, extensionPath, globalStorageUri } = context;
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
  const parser = new BoundedPolicyParser(gatewayScript, PARSER_KEPT_MS);
  const tooSlow = vscode.l10n.t('The file takes too long to read. Make it shorter or simpler.');
  const language = policyLanguage(parser, tooSlow);
  const locations = new PolicyLocations(globalStorageUri);
  const policies = new PolicyBook({
    approvals: new ApprovalStore({ texts: textFolder(path.join(storage, 'approved')), secrets, installation: storage }),
    lastValid: textFolder(path.join(storage, 'written')),
    language,
    now: Date.now,
    log: onLog,
  });

  const administratorFile = administratorPath(process.platform);
  const administrator = new AdministratorPolicy({
    path: administratorFile,
    // Agents read it, too; like all that they read, in English.
    label: `the administrator’s policy ${administratorFile}`,
    read: () => readAdministratorFile(administratorFile),
    parse: (text) => boundedParse(parser, text, tooSlow, 'administrator'),
  });
  const wishes = new AccessWishes(Date.now);
  const agents = new AgentList();
  const agentTexts = textFolder(path.join(storage, 'agents'));
  const agentStore = new AgentStore({
    text: new ApprovalStore({ texts: agentTexts, secrets, installation: storage }),
    now: Date.now,
  });
  const toolPins = new ToolPinStore({
    text: new ApprovalStore({ texts: textFolder(path.join(storage, 'tools')), secrets, installation: storage }),
    now: Date.now,
    scopes: () => serverScopes(policies.entries()),
  });
  const launcher = new Launcher(path.join(storage, 'launcher'));
  const texts = new ReadOnlyTexts();
  const approvalQueue = new ApprovalQueue();
  const approvalDetails = new DetailsDocuments(texts, approvalQueue);
  const approvalToasts = new ApprovalToasts({
    queue: approvalQueue,
    now: Date.now,
    show: showApprovalToast,
    review: async () => void (await vscode.commands.executeCommand('valetKey.reviewPendingApprovals')),
  });
  const signIns = new SignIns({ after });
  const explorer = new Explorer(extensionPath);
  const trailWorker = path.join(extensionPath, 'dist', 'trailWorker.js');

  const sessions = new Sessions((provider, scopes) =>
    vscode.authentication.getSession(provider, [...scopes], { silent: true }),
  );
  const keeper = new RenewalKeeper({
    credentials,
    locks: new RenewalLocks(path.join(storage, 'renewals'), Date.now),
    ids: () => credentialIds(policies.entries()),
    session: (wanted) => {
      const id = credentialIds(policies.entries()).get(wanted.service);
      const record = id && credentials.get(id);
      return sessions.token(wanted, record?.state === 'session' ? record.createdAt : undefined);
    },
    announce: () => shared.announceChange(),
    now: Date.now,
    wait: (ms) => new Promise((resolve) => after(ms, resolve)),
    log: (message) => log.warn(message),
  });
  const languageService = new LanguageService(gatewayScript);
  const learning = new Learning(Date.now);
  const proposals = new Proposals();

  let certificates: readonly string[] = [];
  const window = followWindow(() => void gateway.push('window'));
  const gateway = windowGateway(
    { script: gatewayScript, runtimeDir, storage, extensionVersion, secrets },
    {
      window: () => window.current(),
      network: () => networkSettings(certificates),
      policies: () => [...learning.layer(policies.files()), ...administrator.files()],
      credentials: () =>
        credentialSetOf(credentialIds(policies.entries()), credentials.all(), credentials.retired(), () =>
          commandEnvironment(process.env, localFolders()),
        ),
      freeze: () => freeze.state,
      agents: () => agentStore.admission,
      toolPins: () => toolPins.pins,
    },
    {
      keeper,
      onAudit: (event, line) => {
        auditChannel.appendLine(line);
        activity.add(event);
        void tellOfCredentialInCall(event, agents).catch(failed);
        void noteAnswer(event, credentialIds(policies.entries()), credentials).catch(failed);
        if (event.kind === 'control' && event.verdict === 'freeze') void anchorer.anchor();
        else anchorer.grew();
      },
      onApproval: (question) => {
        approvalQueue.add(question);
        void approvalToasts.tell(question).catch(failed);
      },
      onApprovalGone: (id) => approvalQueue.gone(id),
      onAccessWish: (wish) => {
        if (wishes.add(wish)) void tellOfWish(wish).catch(failed);
      },
      onAgents: (connected) => {
        for (const agent of agents.set(connected)) void tellOfAgent(agent).catch(failed);
      },
      onToolsSeen: (seen) => void takeTools(seen).catch(failed),
      onLog,
    },
  );
  const takeTools = async (seen: ToolsSeen): Promise<void> => {
    if (!(await toolPins.note(seen))) return;
    shared.announceChange();
    await gateway.push('toolPins');
  };
  const auditDirectory = path.join(storage, 'audit');
  const callHistory = new CallHistory({
    open: () => new TrailReader(trailWorker, auditDirectory),
    now: Date.now,
    failed: (error) => log.warn(`The calls of the last days could not be read: ${errorText(error)}`),
  });
  const history = new WindowHistory({ state: workspaceState, directory: auditDirectory, now: Date.now });
  const anchors = new AnchorStore({ secrets, installation: storage, now: Date.now });
  const anchorer = new Anchorer({
    head: () => gateway.head(),
    put: async (head) => {
      // In a browser this would lose the other window's credentials, which are worth more than an anchor.
      if (vscode.env.uiKind === vscode.UIKind.Web && shared.changedElsewhere) return;
      await anchors.put(head);
    },
    after,
    now: Date.now,
    onError: (error) => log.warn(`The audit trail was not anchored: ${errorText(error)}`),
  });
  lastWords = () => anchorer.anchor();
  const trust = { granted: () => vscode.workspace.isTrusted, onDidGrant: vscode.workspace.onDidGrantWorkspaceTrust };
  const services = new LiveServiceModel({ credentials, freeze, policies, gateway, activity, toolPins, trust });
  const ofCheckup = windowCheckup({
    globalStorage: globalStorageUri,
    credentials,
    metadata,
    policies,
    locations,
    services: () => services.list,
    servers: () => services.servers,
  });
  // Anchors in SecretStorage concern no other window.
  const secretsChanged = new Emitter<void>();
  const definition = serverDefinition({
    execPath: process.execPath,
    proxyPath: path.join(extensionPath, 'dist', 'proxy.js'),
    runtimeDir,
    extensionVersion,
  });
  const wrapped = new WrappedServerNames(() => offeredServers(policies.entries()), policies.onDidChange);
  const app: App = {
    credentials,
    freeze,
    policies,
    locations,
    gateway,
    services,
    activity,
    wishes,
    agents,
    agentStore,
    toolPins,
    connections: new Connections({
      metadata,
      machine: {
        platform: process.platform,
        home: homedir(),
        env: process.env,
        extensionStorage: path.dirname(storage),
      },
      launch: launcher.command,
      now: Date.now,
    }),
    launch: launcher.command,
    approvals: { queue: approvalQueue, details: approvalDetails },
    administrator,
    language: languageService,
    learning,
    proposals,
    audit: { directory: auditDirectory, anchors, anchorer },
    texts,
    explorer,
    trailWorker,
    signIns,
    extensionId: context.extension.id,
    version: extensionVersion,
    checkup: ofCheckup.checkup,
    backups: ofCheckup.backups,
    exposures: ofCheckup.exposures,
    drills: ofCheckup.drills,
    leaks: ofCheckup.leaks,
    runsBesideEditor: context.extension.extensionKind === vscode.ExtensionKind.UI,
    announcements: new Announcements(path.join(storage, 'told'), Date.now),
    auditChannel,
    log,
    parse: language.parse,
    announceChange: () => shared.announceChange(),
  };

  context.subscriptions.push(
    log,
    auditChannel,
    parser,
    languageService,
    callHistory,
    gateway,
    window,
    services,
    anchorer,
    texts.register(),
    proposals.register(),
    followLearning(app),
    approvalDetails.register(),
    // What a gateway asked goes with it.
    gateway.onDidChange(({ state }) => {
      if (state === 'up') return;
      approvalQueue.clear();
      void keeper.endLeases().catch(failed);
    }),
    explorer,
    vscode.window.registerUriHandler({
      handleUri: ({ path: to, query }) => {
        if (to !== '/signed-in' || !signIns.receive(query)) log.warn('A link came in that nobody waits for.');
      },
    }),
    wrapped,
    registerServerProvider(definition, wrapped),
    registerCommands(app),
    gateway.onDidChange(({ state }) => {
      if (state === 'up')
        void gateway
          .status()
          .then((now) => now && history.remember(now.gatewayId))
          .catch(failed);
    }),
    freeze.onDidChange(() => void gateway.push('freeze')),
    agentStore.onDidChange(() => void gateway.push('agents')),
    credentials.onDidChange(() => void gateway.push('credentials')),
    // Which credentials count here depends on the policies, so the policies go first.
    // What is in force of a server's tools is known before the server is.
    policies.onDidChange(
      () =>
        void gateway
          .push('toolPins')
          .then(() => gateway.push('policies'))
          .then(() => gateway.push('credentials')),
    ),
    // Another window may have accepted what it saw first, or reviewed.
    toolPins.onDidChangePins(() => void gateway.push('toolPins')),
    shared.watch(),
    secrets.onDidChange(({ key }) => {
      if (!key.startsWith(ANCHOR_PREFIX)) secretsChanged.fire();
    }),
    reloadOn([shared.onDidChange, secretsChanged.event], { ...app, agents: agentStore }, failed),
    administrator.onDidChange(() => void gateway.push('policies')),
    watchAdministratorFile(administratorFile, () => void administrator.refresh().catch(failed)),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('http')) void gateway.push('network');
    }),
  );
  await new Promise((resolve) => setImmediate(resolve));
  context.subscriptions.push(
    registerServicesView(app),
    registerProductionMark(),
    registerStateToasts(app, failed),
    registerRotationReminders(app, failed),
    registerActivityView(app),
    registerCheckupView(app),
    registerCheckupDiagnostics(app),
    registerAgentsView(app),
    registerStatusBar(app),
    registerContextKeys(app),
    registerApprovedDocuments(policies),
    registerReviewLens(app),
    registerPolicyLanguage(app, { language: languageService, history: callHistory }),
    registerDestinationDiagnostics(app),
    registerMoveSecretQuickFix(app),
  );

  const start = async (): Promise<void> => {
    await prepareInstallationKeys(secrets, () => new Promise((resolve) => after(SETTLE_MS, resolve)));
    // Not sooner: whoever opens a window waits for `activate`. What changes while the files are read is seen.
    context.subscriptions.push(locations.watch(policies, failed));
    try {
      launcher.install({
        version: extensionVersion,
        proxy: path.join(extensionPath, 'dist', 'proxy.js'),
        editor: process.execPath,
        runtimeDir,
      });
    } catch (error) {
      log.warn(`Other agents may not find the extension: ${errorText(error)}`);
    }
    await Promise.all([
      freeze.load(),
      agentStore.load(),
      toolPins.load(),
      credentials.load(),
      policies.setSources(locations.sources()),
      administrator.refresh(),
      // Before this window's gateway adds to it.
      recallHistory(history, activity, auditChannel).catch(failed),
    ]);
    await gateway.start();
    await anchors.forgetOld(presentRuns(auditDirectory));
    certificates = await systemCertificates();
    await gateway.push('network');
  };
  const started = start().catch(failed);
  context.subscriptions.push(registerSetUpOffer(app, started));
  const verify = async (): Promise<void> => (await import('./services/commands/verifyCredential.ts')).verifyStored(app);
  void started.then(() => context.subscriptions.push(after(VERIFY_AFTER_MS, () => void verify().catch(failed))));
  // Whoever opens a window waits for the editor, not for us.
  void started.then(() =>
    context.subscriptions.push(
      ofCheckup.follow(failed, [
        (changed) => credentials.onDidChange(changed),
        (changed) => policies.onDidChange(changed),
      ]),
    ),
  );
}

/** A window that opens has more urgent things to do: 10 seconds. */
const VERIFY_AFTER_MS = 10_000;

/** A save, its review and what is applied come within seconds, and a worker takes a tenth of one to start: 10 seconds. */
const PARSER_KEPT_MS = 10_000;

/** What is done before the window closes. VS Code calls `deactivate` without the context, so that it has to be kept here. */
let lastWords: () => Promise<void> = async () => undefined;
/** A closing window's SecretStorage may never answer: 1 second. */
const LAST_WORDS_MS = 1000;

/** Anchors the audit trail while the gateway still runs; VS Code disposes of everything afterwards. */
export async function deactivate(): Promise<void> {
  await Promise.race([lastWords(), new Promise<void>((resolve) => after(LAST_WORDS_MS, resolve))]);
}

function after(ms: number, callback: () => void): vscode.Disposable {
  const timer = setTimeout(callback, ms);
  return new vscode.Disposable(() => clearTimeout(timer));
}
