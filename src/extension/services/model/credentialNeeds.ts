import type { PolicyEntry } from '../../policy/model/policyBook.ts';
import { missingNeeds } from './serverList.ts';
import type { ServiceModel } from './serviceModel.ts';

/** What a repository's policy still needs before what it names can be used. */
export interface CredentialNeeds {
  /** How many credentials the workspace's files name. */
  readonly total: number;
  /** Whether all of them are services', which have their names. */
  readonly servicesOnly: boolean;
  /** Names of those that are not stored. A revoked one was removed on purpose, and is not asked for. */
  readonly missing: readonly string[];
  /** The file with the first of them. */
  readonly policyId?: string;
}

export function credentialNeeds(
  entries: readonly PolicyEntry[],
  { list, servers }: Pick<ServiceModel, 'list' | 'servers'>,
): CredentialNeeds {
  const files = entries.filter(({ id }) => id.startsWith('workspace:'));
  const named = new Set(files.flatMap(({ writtenPolicy }) => [...(writtenPolicy?.services.keys() ?? [])]));
  const wrapped = new Set(files.flatMap(({ writtenPolicy }) => [...(writtenPolicy?.servers.keys() ?? [])]));
  const services = list.filter(({ name }) => named.has(name));
  const wrappedHere = servers.filter(({ name }) => wrapped.has(name));
  const missing = [
    ...services
      .filter(({ credential }) => credential === undefined || credential.state === 'missing')
      .map(({ name }) => ({ name, owner: name })),
    ...wrappedHere.flatMap((server) =>
      missingNeeds(server).map(({ credentialId }) => ({ name: credentialId.service, owner: server.name })),
    ),
  ];
  const [first] = missing;
  const file =
    first &&
    files.find(
      ({ writtenPolicy }) => writtenPolicy?.services.has(first.owner) || writtenPolicy?.servers.has(first.owner),
    );
  const ofServers = wrappedHere.reduce((sum, { needs }) => sum + needs.length, 0);
  return {
    total: services.length + ofServers,
    servicesOnly: ofServers === 0,
    missing: missing.map(({ name }) => name),
    ...(file ? { policyId: file.id } : {}),
  };
}
