import type { Span } from '../../text/span.ts';
import type { Located, ReadConfig, SecretPlace, ServerEntry } from '../model/checkupModel.ts';
import { innerSpan } from '../model/innerSpan.ts';
import { type Around, findSecrets, last4, masked } from './findSecrets.ts';
import type { FoundSecret } from './foundSecret.ts';
import { namedArguments } from './namedArguments.ts';
import { providerOfName } from './names.ts';
import { namesSomebodysHost } from './somebodysHost.ts';

/** A secret that stands in a file, with its value: it never leaves the core but as a fingerprint. */
export interface SecretUse {
  readonly server?: ServerEntry;
  readonly text: Located;
  readonly found: FoundSecret;
  readonly value: string;
  readonly place: SecretPlace;
}

interface Candidate {
  readonly text: Located;
  readonly where: SecretPlace['where'];
  readonly name: string;
  /** Where the value begins in the text; 0 but for an option that is glued to its value. */
  readonly from?: number;
}

/** Every secret in a file, in the order of servers. */
export function secretUses(read: ReadConfig): SecretUse[] {
  const inServers = read.servers.flatMap((server) => {
    const around = { somebodysHost: namesSomebodysHost(server) };
    return candidates(server).flatMap((candidate) => usesIn(read, candidate, around, server));
  });
  const nothing = { somebodysHost: false };
  const loose = read.loose.flatMap((text) => usesIn(read, { text, where: 'other', name: text.name }, nothing));
  return [...inServers, ...loose];
}

function usesIn(
  read: ReadConfig,
  { text, where, name, from = 0 }: Candidate,
  around: Around,
  server?: ServerEntry,
): SecretUse[] {
  const alone = where === 'arg' && name === '' && !text.value.startsWith('-');
  return findSecrets(text.value.slice(from), name, { ...around, alone }).map(({ start, end, ...rest }) => {
    const found = { ...rest, start: start + from, end: end + from };
    const value = text.value.slice(found.start, found.end);
    const shown = last4(value);
    const provider = found.provider ?? (server && providerOfName(server.name));
    return {
      ...(server && { server }),
      text,
      found,
      value,
      place: {
        kind: found.kind,
        where: found.code === 'secret-in-url' || found.code === 'capability-url' ? 'url' : where,
        ...(name === '' ? {} : { name: masked(name) }),
        valueSpan: spanOf(read, text, found),
        within: { start: found.start, end: found.end },
        ...(shown === undefined ? {} : { last4: shown }),
        ...(provider === undefined ? {} : { provider }),
      },
    };
  });
}

function spanOf({ file }: ReadConfig, text: Located, { start, end }: FoundSecret): Span {
  return innerSpan(file.text, text, start, end);
}

function candidates(server: ServerEntry): Candidate[] {
  return [
    ...(server.command ? [{ text: server.command, where: 'arg' as const, name: '' }] : []),
    ...namedArguments(server).map((one) => ({ ...one, where: 'arg' as const })),
    ...server.env.map((text) => ({ text, where: 'env' as const, name: text.name })),
    ...server.headers.map((text) => ({ text, where: 'header' as const, name: text.name })),
    ...(server.url ? [{ text: server.url, where: 'url' as const, name: '' }] : []),
    ...server.others.map((text) => ({ text, where: 'other' as const, name: text.name })),
  ];
}
