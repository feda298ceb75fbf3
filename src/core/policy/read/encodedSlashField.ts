import { isScalar } from 'yaml';
import { phrase } from '../../text/phrase.ts';
import type { Auth } from '../auth/authTypes.ts';
import { type Entry, type Reader, spanOf } from '../text/reader.ts';

/** Reads a service's `encodedSlash`. AWS's signatures are made over the decoded path: nobody could tell which one was signed. */
export function readEncodedSlash(
  reader: Reader,
  entry: Entry | undefined,
  auth: Auth | undefined,
): true | undefined | 'wrong' {
  if (entry === undefined) return undefined;
  const { value } = entry;
  const at = value === null ? reader.at(entry) : spanOf(value);
  const written: unknown = isScalar(value) ? value.value : undefined;
  if (typeof written !== 'boolean') {
    reader.problems.error('wrong-type', at, phrase`\`encodedSlash\` must be true or false.`);
    return 'wrong';
  }
  if (written && auth?.type === 'aws-sigv4') {
    reader.problems.error(
      'encoded-slash-signed',
      at,
      phrase`\`encodedSlash\` cannot be used with \`aws-sigv4\`, whose signature reads the path decoded. Remove it: AWS takes plain slashes.`,
    );
    return 'wrong';
  }
  return written ? true : undefined;
}
