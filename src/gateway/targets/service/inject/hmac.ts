import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { HmacAuth, HmacPlaceholder } from '../../../../core/policy/auth/hmac.ts';
import { Secret } from '../../../../core/secret.ts';
import { sharedKey } from '../../../credentials/payload.ts';
import type { Signed, ToSign } from './injected.ts';

/** How old a date may be is each API's own to say; minutes with those that are known, and an hour is more than any. */
const DATED_LIFE_MS = 60 * 60_000;

/** An HMAC (RFC 2104) over what the policy's `sign` names, in a header of its choosing. */
export function signHmac(request: ToSign, auth: HmacAuth, stored: Secret, nowMs: number): Signed {
  const [path = '', query = ''] = request.target.split('?', 2);
  const body = request.body?.text ?? '';
  const values: Readonly<Record<HmacPlaceholder, string>> = {
    method: request.method,
    host: request.baseUrl.host,
    target: request.target,
    path,
    query,
    body,
    bodySha256: createHash('sha256').update(body, 'utf8').digest('hex'),
    timestamp: timestampText(nowMs, auth.timestampFormat ?? 'seconds'),
    nonce: randomBytes(16).toString('hex'),
    newline: '\n',
  };
  // In one pass: what is put in may itself look like a placeholder.
  const fill = (template: string): string =>
    template.replace(/\{(\w+)\}/g, (whole, name: string) =>
      Object.hasOwn(values, name) ? values[name as HmacPlaceholder] : whole,
    );
  const signature = createHmac(auth.hash, sharedKey(stored, auth.keyEncoding ?? 'text'))
    .update(fill(auth.sign), 'utf8')
    .digest(auth.encoding);
  return {
    target: request.target,
    headers: [
      ...request.headers,
      ...(auth.timestampHeader === undefined ? [] : [[auth.timestampHeader.toLowerCase(), values.timestamp] as const]),
      ...(auth.nonceHeader === undefined ? [] : [[auth.nonceHeader.toLowerCase(), values.nonce] as const]),
      [auth.name.toLowerCase(), `${fill(auth.prefix ?? '')}${signature}`],
    ],
    signature: {
      value: new Secret(signature),
      lifeMs: auth.sign.includes('{timestamp}') ? DATED_LIFE_MS : Number.POSITIVE_INFINITY,
    },
  };
}

function timestampText(nowMs: number, format: NonNullable<HmacAuth['timestampFormat']>): string {
  switch (format) {
    case 'seconds':
      return String(Math.floor(nowMs / 1000));
    case 'milliseconds':
      return String(Math.floor(nowMs));
    case 'iso':
      return new Date(nowMs).toISOString();
  }
}
