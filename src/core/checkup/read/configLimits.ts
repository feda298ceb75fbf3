/** Largest file that is looked at, in bytes. Claude Code keeps its history beside its servers. */
export const MAX_CONFIG_BYTES = 5 * 1024 * 1024;
