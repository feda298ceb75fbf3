import { allFindings } from '../../../core/checkup/acrossFiles.ts';

/**
 * What of the core a run needs in this thread, in one module, so that it is loaded with the first run: its parsers have no place
 * in what a window waits for when it opens.
 */
export const engine = { allFindings };
