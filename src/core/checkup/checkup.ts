import { checkPinnedVersions } from './checks/pinnedVersions.ts';
import type { CheckupContext } from './context.ts';
import type { Finding, ReadConfig } from './model.ts';

/** All that the ten checks find in the files, in the order of files and places. */
export function checkup(configs: readonly ReadConfig[], context: CheckupContext): readonly Finding[] {
  return configs.flatMap((read) => checkConfig(read, context));
}

function checkConfig(read: ReadConfig, _context: CheckupContext): Finding[] {
  return [...read.notes, ...read.servers.flatMap((server) => checkPinnedVersions(read, server))];
}
