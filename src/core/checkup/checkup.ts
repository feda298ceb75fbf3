import { phrase } from '../text/phrase.ts';
import { checkAuditLogs, checkOwnAuditLog } from './checks/auditLogs.ts';
import { checkEnvironments, checkOwnEnvironments, environmentReader } from './checks/environments.ts';
import { checkErrorLeaks, checkOwnLeaks } from './checks/errorLeaks.ts';
import { checkExpiry, checkOwnExpiry } from './checks/expiry.ts';
import { checkKillSwitch, checkKillSwitchTest } from './checks/killSwitch.ts';
import { checkMinimalPermissions, checkOwnRules } from './checks/minimalPermissions.ts';
import { checkPinnedVersions } from './checks/pinnedVersions.ts';
import { type PlacedSecret, placedSecret } from './checks/placedSecret.ts';
import { checkPlaintextSecrets } from './checks/plaintextSecrets.ts';
import { checkAges, checkKeySprawl } from './checks/rotation.ts';
import { checkTransport } from './checks/transport.ts';
import { RANK, withAspects } from './findings/aspects.ts';
import { findingIn } from './findings/finding.ts';
import type { Finding, ReadConfig, ServerEntry } from './model/checkupModel.ts';
import type { CheckupContext } from './model/context.ts';
import { type SecretUse, secretUses } from './secrets/secretUses.ts';

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

/** A person reads no more of one file, and whoever writes such a file wants to be read no further. */
export const MAX_FINDINGS = 1000;

/** The checks of one file, in time that grows with the file. The worst findings, where there are too many to be read. */
export function checkConfig(read: ReadConfig, { now, fingerprint }: CheckupContext): CheckedConfig {
  const uses = secretUses(read);
  const ofServer = new Map(read.servers.map((server): [ServerEntry, SecretUse[]] => [server, []]));
  for (const use of uses) if (use.server) ofServer.get(use.server)?.push(use);
  const ofServers = [...ofServer].flatMap(([server, own]) => [
    ...checkMinimalPermissions(read, server, own),
    ...checkAuditLogs(read, server, own),
    ...checkTransport(read, server),
    ...checkErrorLeaks(read, server, own),
    ...checkPinnedVersions(read, server),
    ...checkKillSwitch(read, server, own),
  ]);
  const found = withAspects([
    ...read.notes,
    ...checkPlaintextSecrets(read, uses),
    ...ofServers,
    ...checkExpiry(read, uses, now),
  ]);
  const findings = worstOf(read, found);
  const shown = new Set(findings.map(({ secret }) => secret));
  const environmentOf = environmentReader();
  const secrets = uses
    .filter(({ place }) => shown.has(place))
    .map((use) => placedSecret(read, use, fingerprint(use.value), environmentOf(use)));
  return { findings, secrets };
}

function worstOf(read: ReadConfig, findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= MAX_FINDINGS) return findings;
  const worst = findings.toSorted((one, other) => RANK[one.severity] - RANK[other.severity]).slice(0, MAX_FINDINGS - 1);
  return [
    ...worst,
    findingIn(read, 3, {
      severity: 'warning',
      code: 'too-many-findings',
      span: { start: 0, end: 0 },
      message: phrase`This file has ${findings.length} findings, of which ${worst.length} are shown, the worst first. Fix these, and run the checkup again.`,
    }),
  ];
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
