import { phrase } from '../text/phrase.ts';
import { allFindings } from './acrossFiles.ts';
import type { CheckedConfig } from './checkedConfig.ts';
import { checkAuditLogs } from './checks/auditLogs.ts';
import { environmentReader } from './checks/environmentReader.ts';
import { checkErrorLeaks } from './checks/errorLeaks.ts';
import { checkExpiry } from './checks/expiry.ts';
import { checkKillSwitch } from './checks/killSwitch.ts';
import { checkMinimalPermissions } from './checks/minimalPermissions.ts';
import { checkPinnedVersions } from './checks/pinnedVersions.ts';
import { placedSecret } from './checks/placedSecret.ts';
import { checkPlaintextSecrets, severityOfSecret } from './checks/plaintextSecrets.ts';
import { checkTransport } from './checks/transport.ts';
import { findingDigests } from './findingDigests.ts';
import { RANK, withAspects } from './findings/aspects.ts';
import { findingIn } from './findings/finding.ts';
import { coveredFile } from './model/checkupCoverage.ts';
import type { Finding, ReadConfig, SecretPlace, ServerEntry } from './model/checkupModel.ts';
import type { CheckupContext, FileContext } from './model/context.ts';
import { type SecretUse, secretUses } from './secrets/secretUses.ts';

/** All that the ten checks find: file by file, then across files, then in Valet Key's own state. */
export function checkup(configs: readonly ReadConfig[], context: CheckupContext): readonly Finding[] {
  const checked = configs.map((read) => checkConfig(read, context));
  return allFindings(checked, context);
}

/** A user reads no more of one file, and whoever writes such a file wants to be read no further. */
export const MAX_FINDINGS = 1000;

/** The checks of one file, in time that grows with the file. The worst findings, where there are too many to be read. */
export function checkConfig(read: ReadConfig, context: FileContext): CheckedConfig {
  const { now, fingerprint } = context;
  const all = secretUses(read);
  const uses = all.length > MAX_FINDINGS ? all.toSorted(gravestFirst).slice(0, MAX_FINDINGS) : all;
  const ofServer = new Map(read.servers.map((server): [ServerEntry, SecretUse[]] => [server, []]));
  for (const use of uses) if (use.server) ofServer.get(use.server)?.push(use);
  const isFull = all.length > uses.length && uses.every((use) => severityOfSecret(use) === 'error');
  const ofServers = [...ofServer].flatMap(([server, own]) => {
    // What is said of other servers is no worse, so none of it would be among the findings that are shown.
    if (isFull && own.length === 0) return [];
    return [
      ...checkMinimalPermissions(read, server, own),
      ...checkAuditLogs(read, server, own),
      ...checkTransport(read, server),
      ...checkErrorLeaks(read, server, own),
      ...checkPinnedVersions(read, server),
      ...checkKillSwitch(read, server, own),
    ];
  });
  const found = withAspects([
    ...read.notes,
    ...checkPlaintextSecrets(read, uses),
    ...ofServers,
    ...checkExpiry(read, uses, now),
  ]);
  const worst = worstOf(read, found, found.length + all.length - uses.length);
  const shown = new Set(worst.map(({ secret }) => secret));
  const environmentOf = environmentReader(read);
  const digests = findingDigests(read, all, context);
  const ofSecrets = new Map<SecretPlace | undefined, string>();
  const secrets = uses
    .filter(({ place }) => shown.has(place))
    .map((use) => {
      const digest = digests?.ofSecret(use);
      if (digest !== undefined) ofSecrets.set(use.place, digest);
      return placedSecret(read, use, fingerprint(use.value), environmentOf(use), digest);
    });
  const findings = digests
    ? worst.map((one) => ({ ...one, digest: ofSecrets.get(one.secret) ?? digests.ofPlace(one) }))
    : worst;
  return { findings, secrets, covered: coveredFile(read) };
}

function gravestFirst(one: SecretUse, other: SecretUse): number {
  return RANK[severityOfSecret(one)] - RANK[severityOfSecret(other)];
}

/** @param total how many there are with those that were not made */
function worstOf(read: ReadConfig, findings: readonly Finding[], total: number): readonly Finding[] {
  if (total <= MAX_FINDINGS) return findings;
  const worst = findings.toSorted((one, other) => RANK[one.severity] - RANK[other.severity]).slice(0, MAX_FINDINGS - 1);
  return [
    ...worst,
    findingIn(read, 3, {
      severity: 'warning',
      code: 'too-many-findings',
      span: { start: 0, end: 0 },
      message: phrase`This file has ${total} findings or more, of which ${worst.length} are shown, the worst first. Fix these, and run the checkup again.`,
    }),
  ];
}
