import type { CredentialFact, OwnContext, RuleFact, StatePlace } from '../../../core/checkup/model/context.ts';
import { LineIndex } from '../../../core/text/lineIndex.ts';
import type { Span } from '../../../core/text/span.ts';
import type { CredentialRecord } from '../../credentials/model/credentialStore.ts';
import { fingerprintOf } from '../../credentials/model/fingerprint.ts';
import type { PolicyEntry } from '../../policy/model/policyStore.ts';
import type { ServerSummary } from '../../services/model/serverList.ts';
import type { ServiceSummary } from '../../services/model/serviceList.ts';

/** What the checkup is told of Valet Key's own state: as of now. */
export interface OwnState {
  readonly now: number;
  /** 64 hex digits, by which equal values are told. */
  readonly key: string;
  readonly entries: readonly PolicyEntry[];
  readonly services: readonly ServiceSummary[];
  /** Upstream MCP servers, which have credentials, too. */
  readonly servers: readonly ServerSummary[];
  /** The file's name in findings. */
  fileOf(policyId: string): string;
  /** Services whose last self-test showed the credential. */
  readonly leaks: ReadonlySet<string>;
  readonly killSwitchTestMs: number | undefined;
}

/** The context of the core's checks. No value goes into it but as a fingerprint. */
export function checkupContext(state: OwnState): OwnContext {
  const { now, services, servers, leaks, killSwitchTestMs } = state;
  const user = placeIn(state, 'user', { start: 0, end: 0 });
  return {
    now,
    credentials: [
      ...services.flatMap(({ name, policyId, service, credential }) =>
        service ? credentialFact(state, name, placeIn(state, policyId, service.span), credential, service) : [],
      ),
      ...servers.flatMap(({ policyId, server, needs }) =>
        needs.flatMap(({ credentialId, credential }) =>
          credentialFact(state, credentialId.service, placeIn(state, policyId, server.span), credential),
        ),
      ),
    ],
    rules: services.flatMap((summary) => ruleFacts(state, summary)),
    leaks: services
      .filter(({ name }) => leaks.has(name))
      .map(({ name, policyId, service }) => ({
        service: name,
        place: placeIn(state, policyId, service?.span ?? { start: 0, end: 0 }),
      })),
    ...(killSwitchTestMs === undefined ? {} : { killSwitchTest: { place: user, tookMs: killSwitchTestMs } }),
  };
}

function credentialFact(
  { key }: OwnState,
  name: string,
  place: StatePlace,
  credential: CredentialRecord | undefined,
  { environment }: { readonly environment?: string } = {},
): CredentialFact[] {
  if (credential?.state !== 'present') return [];
  const { value, createdAt, rotatedAt, expiresAt } = credential;
  return [
    {
      service: name,
      ...(environment === undefined ? {} : { environment }),
      place,
      rotatedAt: rotatedAt ?? createdAt,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...rejection(credential),
      fingerprint: fingerprintOf(key, value),
    },
  ];
}

/** When the API refused it is known by its last use: a refusal stands until the next success. */
function rejection(credential: CredentialRecord & { state: 'present' }): { readonly rejectedAt?: number } {
  return credential.condition === 'rejected' ? { rejectedAt: credential.lastUsedAt ?? credential.createdAt } : {};
}

function ruleFacts(state: OwnState, { name, policyId, service }: ServiceSummary): RuleFact[] {
  return (service?.rules ?? [])
    .filter(({ effect }) => effect === 'allow')
    .map(({ pattern, methods, span }) => ({
      service: name,
      place: placeIn(state, policyId, span),
      pattern,
      methods: [...(methods ?? [])],
    }));
}

function placeIn({ entries, fileOf }: OwnState, policyId: string, span: Span): StatePlace {
  const lines = new LineIndex(entries.find(({ id }) => id === policyId)?.written ?? '');
  return { file: fileOf(policyId), span, start: lines.position(span.start), end: lines.position(span.end) };
}
