import { missingNeeds } from './serverList.ts';
import type { ServiceModel } from './serviceModel.ts';

/** What the policies, a repository's and the user's own, still need before what they name can be used. */
export interface CredentialNeeds {
  /** How many credentials they name. */
  readonly total: number;
  /** Whether all of them are services', which have their names. */
  readonly servicesOnly: boolean;
  /** Names of those that are not stored. A revoked one was removed on purpose, and is not asked for. */
  readonly missing: readonly string[];
  /** The files that name them, each once. */
  readonly policyIds: readonly string[];
}

export function credentialNeeds({ list, servers }: Pick<ServiceModel, 'list' | 'servers'>): CredentialNeeds {
  const missing = [
    ...list
      .filter(({ credential }) => credential === undefined || credential.state === 'missing')
      .map(({ name, policyId }) => ({ name, policyId })),
    ...servers.flatMap((server) =>
      missingNeeds(server).map(({ credentialId }) => ({ name: credentialId.service, policyId: server.policyId })),
    ),
  ];
  const ofServers = servers.reduce((sum, { needs }) => sum + needs.length, 0);
  return {
    total: list.length + ofServers,
    servicesOnly: ofServers === 0,
    missing: missing.map(({ name }) => name),
    policyIds: [...new Set(missing.map(({ policyId }) => policyId))],
  };
}
