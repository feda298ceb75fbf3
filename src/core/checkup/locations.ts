import type { ClientName, ConfigFormat } from './model.ts';

/** Where a client's configuration may be, and how it is written. */
export interface ConfigPlace {
  /** Relative to the home or workspace folder, with `/`. */
  readonly path: string;
  readonly client: ClientName;
  readonly format: ConfigFormat;
}

/** Places in a workspace folder. */
export const WORKSPACE_PLACES: readonly ConfigPlace[] = [
  { path: '.vscode/mcp.json', client: 'vscode', format: 'jsonc' },
  { path: '.mcp.json', client: 'claude-code', format: 'jsonc' },
  { path: '.cursor/mcp.json', client: 'cursor', format: 'jsonc' },
];
