import { allFindings, checkConfig } from '../../../core/checkup/checkup.ts';
import { MAX_CONFIG_BYTES, readConfig } from '../../../core/checkup/read/readConfig.ts';
import { unreadableConfig } from '../../../core/checkup/read/unreadable.ts';

/**
 * All of the core that a run needs, in one module, so that it is loaded with the first run: its parsers have no place in
 * what a window waits for when it opens.
 */
export const engine = { allFindings, checkConfig, readConfig, unreadableConfig, maxBytes: MAX_CONFIG_BYTES };

export type Engine = typeof engine;
