import { createHash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import type { AwsSigV4Auth } from '../../../../core/policy/auth/awsSigV4.ts';
import { Secret } from '../../../../core/secret.ts';
import { awsPayload } from '../../../credentials/payload.ts';
import type { Signed, ToSign } from './injected.ts';

/**
 * AWS takes a signature for 15 minutes before and after its date, by its own clock. Where that is behind ours and has not
 * said so yet, it takes one for half an hour; and another minute is for what lies between the two.
 */
const LIFE_MS = 31 * 60_000;

/**
 * Signature Version 4 in the `authorization` header
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). The body is always
 * hashed into the signature, unless the policy says `payload: unsigned` for S3, which alone takes that.
 */
export async function signAwsSigV4(
  request: ToSign,
  auth: AwsSigV4Auth,
  stored: Secret,
  nowMs: number,
): Promise<Signed> {
  const { accessKeyId, secretAccessKey, sessionToken } = awsPayload(stored);
  const body = request.body?.text ?? '';
  const payload =
    auth.payload === 'unsigned' ? 'UNSIGNED-PAYLOAD' : createHash('sha256').update(body, 'utf8').digest('hex');
  const signer = new AwsV4Signer({
    method: request.method,
    url: `${request.baseUrl.origin}${request.target}`,
    headers: [
      ...request.headers.map(([name, value]): [string, string] => [name, value]),
      ['x-amz-content-sha256', payload],
    ],
    body,
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    service: auth.service,
    region: auth.region,
    datetime: new Date(nowMs).toISOString().replace(/[:-]|\.\d{3}/g, ''),
  });
  const signature = await signer.signature();
  const { headers } = await signer.sign();
  return {
    target: request.target,
    headers: [...headers].map(([name, value]) => [name, value] as const),
    signature: { value: new Secret(signature), lifeMs: LIFE_MS },
  };
}
