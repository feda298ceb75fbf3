/** Identifies the provider in package.json, and the server in VS Code's own lists. */
export const PROVIDER_ID = 'valetKey';

/** A public contract: administrators allow-list the server by this label. */
export const SERVER_LABEL = 'Valet Key';

/**
 * The label of an upstream MCP server's own entry. No name of a server can make it the label above, nor one of another
 * extension's plain names.
 */
function upstreamLabel(server: string): string {
  return `${SERVER_LABEL}: ${server}`;
}

/** How an MCP client starts the proxy. Stored on disk in clear text by VS Code: nothing in it is secret or volatile. */
export interface ServerDefinition {
  readonly label: string;
  readonly command: string;
  readonly args: readonly string[];
  /** `null` removes a variable that the editor would pass on. */
  readonly env: Readonly<Record<string, string | null>>;
  readonly version: string;
}

export interface ServerInputs {
  /** The editor's own runtime, `process.execPath`. */
  readonly execPath: string;
  /** Absolute path of `dist/proxy.js`. */
  readonly proxyPath: string;
  /** Absolute path of the runtime directory, where the proxy finds the gateway. */
  readonly runtimeDir: string;
  readonly extensionVersion: string;
}

export function serverDefinition(inputs: ServerInputs): ServerDefinition {
  return {
    label: SERVER_LABEL,
    command: inputs.execPath,
    args: [inputs.proxyPath],
    env: {
      ELECTRON_RUN_AS_NODE: '1',
      NODE_OPTIONS: null,
      VSCODE_INSPECTOR_OPTIONS: null,
      VALETKEY_RUNTIME_DIR: inputs.runtimeDir,
    },
    version: inputs.extensionVersion,
  };
}

/** The entry of one upstream MCP server: the same proxy, told for which one it stands in. */
export function upstreamDefinition(own: ServerDefinition, server: string): ServerDefinition {
  return { ...own, label: upstreamLabel(server), args: [...own.args, '--server', server] };
}
