import { checkAuditLogs, checkOwnAuditLog } from './checks/auditLogs.ts';
import { checkEnvironments, checkOwnEnvironments } from './checks/environments.ts';
import { checkErrorLeaks, checkOwnLeaks } from './checks/errorLeaks.ts';
import { checkExpiry, checkOwnExpiry } from './checks/expiry.ts';
import { checkKillSwitch, checkKillSwitchTest } from './checks/killSwitch.ts';
import { checkMinimalPermissions, checkOwnRules } from './checks/minimalPermissions.ts';
import { checkPinnedVersions } from './checks/pinnedVersions.ts';
import type { PlacedSecret } from './checks/placedSecret.ts';
import { checkPlaintextSecrets } from './checks/plaintextSecrets.ts';
import { checkAges, checkKeySprawl } from './checks/rotation.ts';
import { checkTransport } from './checks/transport.ts';
import { withAspects } from './findings/aspects.ts';
import type { Finding, ReadConfig } from './model/checkupModel.ts';
import type { CheckupContext } from './model/context.ts';
import { secretUses } from './secrets/secretUses.ts';

/** What one file gives: its own findings, and what the checks across files need of it. */
export interface CheckedConfig {
  readonly findings: readonly Finding[];
  readonly secrets: readonly PlacedSecret[];
}

/** All that the ten checks find: file by file, then across files, then in Valet Key's own state. */
export function checkup(configs: readonly ReadConfig[], context: CheckupContext): readonly Finding[] {
  const checked = configs.map((read) => checkConfig(read, context));
  return allFindings(checked, context);
}

/** The checks of one file. Takes well under 16 ms for a usual file, so that a caller can yield between files. */
export function checkConfig(read: ReadConfig, { now, fingerprint }: CheckupContext): CheckedConfig {
  const uses = secretUses(read);
  const ofServers = read.servers.flatMap((server) => {
    const own = uses.filter((use) => use.server === server);
    return [
      ...checkMinimalPermissions(read, server, own),
      ...checkAuditLogs(read, server, own),
      ...checkTransport(read, server),
      ...checkErrorLeaks(read, server, own),
      ...checkPinnedVersions(read, server),
      ...checkKillSwitch(read, server, own),
    ];
  });
  return {
    findings: [...read.notes, ...checkPlaintextSecrets(read, uses), ...ofServers, ...checkExpiry(read, uses, now)],
    secrets: uses.map((use) => ({ read, use, fingerprint: fingerprint(use.value) })),
  };
}

/** What was found file by file, across files and in Valet Key's own state: one finding a secret, with its other sides. */
export function allFindings(checked: readonly CheckedConfig[], context: CheckupContext): readonly Finding[] {
  return withAspects([...checked.flatMap(({ findings }) => findings), ...checkAcross(checked, context)]);
}

/** The checks that need all files, and those of Valet Key's own state. */
function checkAcross(checked: readonly CheckedConfig[], context: CheckupContext): readonly Finding[] {
  const secrets = checked.flatMap((one) => one.secrets);
  return [
    ...checkOwnRules(context),
    ...checkOwnAuditLog(context),
    ...checkKeySprawl(secrets),
    ...checkAges(context),
    ...checkEnvironments(secrets),
    ...checkOwnEnvironments(context),
    ...checkOwnLeaks(context),
    ...checkOwnExpiry(context),
    ...checkKillSwitchTest(context),
  ];
}
