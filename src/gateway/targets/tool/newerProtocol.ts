import { LATEST_PROTOCOL_VERSION, McpError, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/sdk/types.js';

/** The server speaks none of the protocols that this client does, but a later one. */
export class NewerProtocolError extends Error {
  readonly version: string;

  constructor(version: string, options: ErrorOptions) {
    super(`it speaks ${version} alone`, options);
    this.version = version;
  }
}

/** MCP's versions are days. */
const VERSION = /\b20\d\d-\d\d-\d\d\b/g;

/**
 * What an error of `initialize` means: the same error, or one that names the later version that the server says it speaks. Of
 * its words only a day is taken.
 */
export function namingNewerProtocol(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const said = error instanceof McpError ? `${error.message} ${JSON.stringify(error.data ?? '')}` : error.message;
  if (!/protocol|version|supported/i.test(said)) return error;
  const named = said.match(VERSION) ?? [];
  // Servers repeat the version that they were asked for.
  const known = SUPPORTED_PROTOCOL_VERSIONS.filter((version) => version !== LATEST_PROTOCOL_VERSION);
  if (named.some((version) => known.includes(version))) return error;
  const later = named.filter((version) => version > LATEST_PROTOCOL_VERSION).sort();
  const newest = later.at(-1);
  return newest === undefined ? error : new NewerProtocolError(newest, { cause: error });
}
