import * as vscode from 'vscode';
import { PROVIDER_ID, type ServerDefinition } from './serverDefinition.ts';

/**
 * Offers the proxy to VS Code's MCP clients. The definition never changes while the window lives (a changed one stops
 * the running server) and is never resolved (some harnesses start it from the stored copy). An editor without the API
 * gets nothing; other MCP clients still work.
 */
export function registerServerProvider(definition: ServerDefinition): vscode.Disposable {
  if (typeof vscode.lm?.registerMcpServerDefinitionProvider !== 'function')
    return new vscode.Disposable(() => undefined);
  return vscode.lm.registerMcpServerDefinitionProvider(PROVIDER_ID, {
    provideMcpServerDefinitions: () => [
      new vscode.McpStdioServerDefinition(
        definition.label,
        definition.command,
        [...definition.args],
        { ...definition.env },
        definition.version,
      ),
    ],
  });
}
