import type { AwsSigV4Auth } from '../model/auth.ts';
import type { AuthReader } from './authReader.ts';

export const AWS_SIGV4_KEYS = ['region', 'service', 'payload'] as const;

export function readAwsSigV4(reader: AuthReader): AwsSigV4Auth | undefined {
  const name = { pattern: /^[a-z0-9][a-z0-9-]{0,63}$/, says: 'lower-case letters, digits and dashes' };
  const region = reader.requiredText('region', name, 'region: eu-central-1');
  const service = reader.requiredText('service', name, 'service: s3');
  const payload = reader.word('payload', ['signed', 'unsigned']);
  if (payload === 'unsigned' && service !== 's3') {
    reader.wrong('payload', '`auth.payload: unsigned` is known to S3 alone. Remove it: the body is signed.');
  }
  if (!reader.sound) return undefined;
  return { type: 'aws-sigv4', region, service, ...(payload === undefined ? {} : { payload }) };
}
