import type { CheckNumber, Finding, ReadConfig, ServerEntry } from '../model/checkupModel.ts';
import type { SecretUse } from '../secrets/secretUses.ts';
import { findingIn } from './finding.ts';

/** What a check says of a server that holds its own credential: nothing of others. */
export function ofOwnCredential(
  read: ReadConfig,
  check: CheckNumber,
  server: ServerEntry,
  [first]: readonly SecretUse[],
  said: Pick<Finding, 'code' | 'message'>,
): Finding[] {
  if (!first) return [];
  const { name, pointer, nameSpan } = server;
  const where = { span: nameSpan, server: name, key: pointer, secret: first.place };
  return [findingIn(read, check, { severity: 'information', ...said, ...where })];
}
