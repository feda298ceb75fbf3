import { canonicalPath } from '../../request/parts/path.ts';
import { phrase } from '../../text/phrase.ts';
import type { VerifyRequest } from '../model/service.ts';
import type { Entry, Reader } from '../text/reader.ts';

const METHODS: readonly VerifyRequest['method'][] = ['GET', 'HEAD'];
const EXAMPLE = '{ path: /v1/me }';

/**
 * Reads a service's `verify`: a request that proves the credential. It needs no rule, so it is a read and nothing else.
 * Undefined when there is none or something is wrong with it.
 */
export function readVerify(reader: Reader, entry: Entry | undefined, encodedSlash: boolean): VerifyRequest | undefined {
  if (entry === undefined) return undefined;
  const fields = reader.map(entry.value, reader.at(entry), '`verify`', EXAMPLE);
  if (fields === undefined) return undefined;
  reader.onlyKnown(fields, ['method', 'path'], '`verify`', { url: 'path', route: 'path' });
  const methodEntry = fields.get('method');
  const method = methodEntry === undefined ? 'GET' : reader.word(methodEntry, METHODS, 'bad-verify', '`verify.method`');
  const pathEntry = fields.get('path');
  if (pathEntry === undefined) {
    reader.missing(entry.key, '`verify`', 'path', 'path: /v1/me');
    return undefined;
  }
  const path = reader.text(pathEntry.value, reader.at(pathEntry), '`verify.path`');
  if (path === undefined || method === undefined) return undefined;
  const canonical = canonicalPath(path, { encodedSlash });
  if (!canonical.ok) {
    const { message, nextStep } = canonical.error;
    reader.problems.error('bad-verify', reader.at(pathEntry), phrase`${message} ${nextStep}`);
    return undefined;
  }
  return { method, path };
}
