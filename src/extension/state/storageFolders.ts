/** Folders in the extension's global storage. Users have them: a name that is changed here loses what lies there. */
export const STORAGE_FOLDERS = {
  /** Approved texts of policies, and their signed records. */
  approved: 'approved',
  /** The last valid text of each policy file. */
  written: 'written',
  /** Which agents may call. */
  agents: 'agents',
  /** What was accepted of MCP servers' tools. */
  tools: 'tools',
  /** What one of all windows does for the others. */
  announcements: 'told',
  checkup: 'checkup',
  audit: 'audit',
  /** How other MCP clients start the proxy: their configurations name a file there. */
  launcher: 'launcher',
  renewalLocks: 'renewals',
} as const;
