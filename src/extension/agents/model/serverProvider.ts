import * as vscode from 'vscode';
import { PROVIDER_ID, type ServerDefinition, upstreamDefinition } from './serverDefinition.ts';
import type { UpstreamServerNames } from './upstreamServerNames.ts';

/**
 * Offers the proxy to VS Code's MCP clients, and once more for each upstream MCP server. A definition never changes while the
 * window lives (a changed one stops the running server) and is never resolved (some harnesses start it from the stored
 * copy). An editor without the API gets nothing; other MCP clients still work.
 */
export function registerServerProvider(definition: ServerDefinition, wrapped: UpstreamServerNames): vscode.Disposable {
  if (typeof vscode.lm?.registerMcpServerDefinitionProvider !== 'function')
    return new vscode.Disposable(() => undefined);
  return vscode.lm.registerMcpServerDefinitionProvider(PROVIDER_ID, {
    onDidChangeMcpServerDefinitions: wrapped.onDidChange,
    provideMcpServerDefinitions: () =>
      [definition, ...wrapped.names.map((name) => upstreamDefinition(definition, name))].map(
        ({ label, command, args, env, version }) =>
          new vscode.McpStdioServerDefinition(label, command, [...args], { ...env }, version),
      ),
  });
}
