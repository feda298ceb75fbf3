import { homedir } from 'node:os';
import path from 'node:path';
import { errorText } from '../../core/errorText.ts';
import { AgentList } from '../agents/model/agentList.ts';
import { AgentStore } from '../agents/model/agentStore.ts';
import { Connections } from '../agents/model/connections.ts';
import { Launcher } from '../agents/model/launcher.ts';
import { serverDefinition } from '../agents/model/serverDefinition.ts';
import { registerServerProvider } from '../agents/model/serverProvider.ts';
import { UpstreamServerNames } from '../agents/model/upstreamServerNames.ts';
import type { PolicyStore } from '../policy/model/policyStore.ts';
import { offeredServers, serverScopes } from '../servers/model/serverScopes.ts';
import { ToolPinStore } from '../servers/model/toolPinStore.ts';
import { STORAGE_FOLDERS } from '../state/storageFolders.ts';
import { approvedTexts, type Host } from './host.ts';

export interface AgentParts {
  readonly agents: AgentList;
  readonly agentStore: AgentStore;
  readonly toolPins: ToolPinStore;
  readonly connections: Connections;
  readonly launcher: Launcher;
}

/** Who may call, what was accepted of MCP servers' tools, and the ways in which agents reach the gateway. */
export function composeAgents(host: Host, { policies }: { readonly policies: PolicyStore }): AgentParts {
  const { context, storage, version, runtimeDir, bundle } = host;
  const launcher = new Launcher(path.join(storage, STORAGE_FOLDERS.launcher));
  const definition = serverDefinition({
    execPath: process.execPath,
    proxyPath: bundle('proxy'),
    runtimeDir,
    extensionVersion: version,
  });
  const wrapped = new UpstreamServerNames(() => offeredServers(policies.entries()), policies.onDidChange);
  context.subscriptions.push(wrapped, registerServerProvider(definition, wrapped));
  return {
    agents: new AgentList(),
    agentStore: new AgentStore({ text: approvedTexts(host, 'agents'), now: Date.now }),
    toolPins: new ToolPinStore({
      text: approvedTexts(host, 'tools'),
      now: Date.now,
      scopes: () => serverScopes(policies.entries()),
    }),
    connections: new Connections({
      metadata: context.globalState,
      machine: {
        platform: process.platform,
        home: homedir(),
        env: process.env,
        extensionStorage: path.dirname(storage),
      },
      launch: launcher.command,
      now: Date.now,
    }),
    launcher,
  };
}

/** Puts the launcher where other agents' configurations name it. Without it they do not find the extension. */
export function installLauncher({ version, runtimeDir, bundle, log }: Host, launcher: Launcher): void {
  try {
    launcher.install({ version, proxy: bundle('proxy'), editor: process.execPath, runtimeDir });
  } catch (error) {
    log.warn(`Other agents may not find the extension: ${errorText(error)}`);
  }
}
