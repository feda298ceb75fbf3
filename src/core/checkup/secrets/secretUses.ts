import type { Span } from '../../text/span.ts';
import type { Located, ReadConfig, SecretPlace, ServerEntry } from '../model/checkupModel.ts';
import { innerSpan } from '../model/innerSpan.ts';
import { type FoundSecret, findSecrets, last4, masked } from './findSecrets.ts';
import { providerOfName } from './names.ts';

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
}

/** Every secret in a file, in the order of servers. */
export function secretUses(read: ReadConfig): SecretUse[] {
  const inServers = read.servers.flatMap((server) =>
    candidates(server).flatMap((candidate) => usesIn(read, candidate, server)),
  );
  const loose = read.loose.flatMap((text) => usesIn(read, { text, where: 'other', name: text.name }));
  return [...inServers, ...loose];
}

function usesIn(read: ReadConfig, { text, where, name }: Candidate, server?: ServerEntry): SecretUse[] {
  return findSecrets(text.value, name).map((found) => {
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
    ...server.args.map((text, index) => ({ text, where: 'arg' as const, name: nameOfArgument(server.args, index) })),
    ...server.env.map((text) => ({ text, where: 'env' as const, name: text.name })),
    ...server.headers.map((text) => ({ text, where: 'header' as const, name: text.name })),
    ...(server.url ? [{ text: server.url, where: 'url' as const, name: '' }] : []),
    ...server.others.map((text) => ({ text, where: 'other' as const, name: text.name })),
  ];
}

const HEADER_OPTION = /^(?:-H|--?(?:http-)?headers?)$/;

/** The option that an argument is the value of; for `--header NAME VALUE` the header. Empty when it is no value. */
function nameOfArgument(args: readonly Located[], index: number): string {
  const word = args[index]?.value ?? '';
  const before = args[index - 1]?.value ?? '';
  if (word.startsWith('-')) return '';
  if (/^--?[A-Za-z][\w.-]*$/.test(before)) return before;
  return HEADER_OPTION.test(args[index - 2]?.value ?? '') && /^[\w-]+:?$/.test(before) ? before : '';
}
