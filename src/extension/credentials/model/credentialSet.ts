import { credentialsOf } from '../../../core/policy/compare/serverDestination.ts';
import type { CommandCredential, CredentialSet } from '../../../gateway/control/controlPort.ts';
import type { PolicyEntry } from '../../policy/model/policyStore.ts';
import { type CredentialId, credentialKey, folderScope } from './credentialId.ts';
import type { CredentialRecord } from './credentialStore.ts';
import type { RetiredRecord } from './retiredValues.ts';

/**
 * The credential of each service in this window, and those that upstream MCP servers name: the user's, or the folder's own
 * where only its policy has it.
 */
export function credentialIds(entries: readonly PolicyEntry[]): ReadonlyMap<string, CredentialId> {
  const ids = new Map<string, CredentialId>();
  const users = entries.filter(({ id }) => id === 'user');
  for (const entry of [...users, ...entries.filter(({ id }) => id !== 'user')]) {
    for (const service of servicesOf(entry)) {
      if (!ids.has(service)) ids.set(service, { scope: scopeOf(entry.id), service });
    }
  }
  return ids;
}

/** In which scope a service of this policy file has its credential. */
export function scopeOf(policyId: string): CredentialId['scope'] {
  return policyId === 'user' ? 'user' : folderScope(policyId.replace(/^workspace:/, ''));
}

function servicesOf(entry: PolicyEntry): ReadonlySet<string> {
  const approved = entry.approval.kind === 'none' ? [] : entry.approval.services;
  const servers = [...(entry.writtenPolicy?.servers.values() ?? [])];
  return new Set([
    ...approved,
    ...(entry.writtenPolicy?.services.keys() ?? []),
    ...servers.flatMap((server) => credentialsOf(server).map(({ credential }) => credential)),
  ]);
}

/**
 * What the gateway of this window is told. Credentials of other windows' services cannot be used here, but an answer
 * is still cleaned of them: they go along as retired ones without an end. `environment` makes what commands get that give
 * credentials; where there are none, it is not asked.
 */
export function credentialSetOf(
  ids: ReadonlyMap<string, CredentialId>,
  records: readonly CredentialRecord[],
  retired: readonly RetiredRecord[],
  environment: () => Readonly<Record<string, string>> = () => ({}),
): CredentialSet {
  const here = new Set([...ids.values()].map(credentialKey));
  const present = records.flatMap((record) => (record.state === 'present' ? [record] : []));
  const usable = present.filter(({ id }) => here.has(credentialKey(id)));
  const elsewhere = present.filter(({ id }) => !here.has(credentialKey(id)));
  return {
    current: usable.map(({ id, value, binding, condition, expiresAt }) => ({
      service: id.service,
      value,
      binding,
      ...(condition === undefined ? {} : { condition }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    })),
    // In one order, whichever of them came first to the store: the same set is to look the same.
    retired: [
      ...retired.map(({ id, value, until }) => ({ service: id.service, value, until })),
      ...elsewhere.map(({ id, value }) => ({ service: id.service, value, until: Number.MAX_SAFE_INTEGER })),
    ].sort((one, other) => one.until - other.until),
    revoked: records
      .filter((record) => record.state === 'revoked' && here.has(credentialKey(record.id)))
      .map(({ id }) => id.service),
    sessions: records.flatMap((record) =>
      record.state === 'session' && here.has(credentialKey(record.id))
        ? [{ service: record.id.service, binding: record.binding }]
        : [],
    ),
    commands: records.flatMap((record) =>
      record.state === 'command' && here.has(credentialKey(record.id)) ? [commandOf(record, environment())] : [],
    ),
  };
}

function commandOf(
  { id, binding, command, createdAt }: CredentialRecord & { readonly state: 'command' },
  environment: Readonly<Record<string, string>>,
): CommandCredential {
  const { program, args, keepMs } = command;
  return { service: id.service, binding, command: { program, args, environment }, keepMs, id: String(createdAt) };
}
