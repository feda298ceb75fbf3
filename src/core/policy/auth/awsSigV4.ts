import { phrase } from '../../text/phrase.ts';
import type { AuthReader } from './authReader.ts';
import type { AuthType } from './authType.ts';

/** AWS Signature Version 4 in the `authorization` header. */
export interface AwsSigV4Auth {
  readonly type: 'aws-sigv4';
  readonly region: string;
  readonly service: string;
  /** `unsigned` leaves the body out of the signature: S3 alone takes that. */
  readonly payload?: 'signed' | 'unsigned';
}

const PAYLOADS = ['signed', 'unsigned'] as const;

export const AWS_SIGV4: AuthType<AwsSigV4Auth> = {
  keys: [
    { name: 'region', takes: 'text', words: phrase`The AWS region, such as eu-central-1.` },
    { name: 'service', takes: 'text', words: phrase`The AWS service as signatures name it, such as s3.` },
    {
      name: 'payload',
      takes: 'word',
      words: phrase`unsigned leaves the body out of the signature; only S3 accepts that.`,
      values: PAYLOADS,
    },
  ],
  read,
  placement: ({ region, service }) => `aws-sigv4:${region}:${service}`,
  callerHeaders: ['x-amz-target'],
  headers: () => ['authorization', 'x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token'],
};

function read(reader: AuthReader): AwsSigV4Auth | undefined {
  const name = { pattern: /^[a-z0-9][a-z0-9-]{0,63}$/, says: phrase`lower-case letters, digits and dashes` };
  const region = reader.requiredText('region', name, 'region: eu-central-1');
  const service = reader.requiredText('service', name, 'service: s3');
  const payload = reader.word('payload', PAYLOADS);
  if (payload === 'unsigned' && service !== 's3') {
    reader.wrong('payload', phrase`Only S3 supports \`auth.payload: unsigned\`. Remove it: the body is then signed.`);
  }
  if (!reader.sound) return undefined;
  return { type: 'aws-sigv4', region, service, ...(payload === undefined ? {} : { payload }) };
}
