import { fromBase64 } from '../../base64.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';
import { findingIn, stateFinding } from '../findings/finding.ts';
import type { Finding, ReadConfig } from '../model/checkupModel.ts';
import type { OwnContext } from '../model/context.ts';
import type { SecretUse } from '../secrets/secretUses.ts';

const DAY = 24 * 60 * 60 * 1000;
const SOON_DAYS = 14;

/** Tokens that live for hours, by how they begin: one in a file is dead by tomorrow. */
const SHORT_LIVED = /^(?:ASIA[A-Z0-9]|ya29\.|ghs_|ghu_|xoxe[.-])/;

/** Check 8: an expiry is known before it happens. */
export function checkExpiry(read: ReadConfig, uses: readonly SecretUse[], now: number): Finding[] {
  return uses.flatMap(({ text, server, value, place }) => {
    const say = (severity: Finding['severity'], code: string, message: Phrase): Finding =>
      findingIn(read, 8, {
        severity,
        code,
        span: text.span,
        ...(server && { server: server.name }),
        key: text.pointer,
        message,
        secret: place,
      });
    const expires = expiryOfJwt(value);
    if (expires !== undefined) {
      const day = new Date(expires).toISOString().slice(0, 10);
      if (expires <= now)
        return [
          say(
            'warning',
            'token-expired',
            phrase`This token expired on ${day}, so the server no longer works with it. Remove it.`,
          ),
        ];
      if (expires - now < SOON_DAYS * DAY) {
        return [
          say('warning', 'token-expires-soon', phrase`This token expires on ${day}. Create a new one before then.`),
        ];
      }
      return [];
    }
    if (!SHORT_LIVED.test(value)) return [];
    return [
      say(
        'information',
        'short-lived-token',
        phrase`Tokens of this kind expire within hours. Let the server fetch its own instead of keeping one in a file.`,
      ),
    ];
  });
}

/** The `exp` claim of a JSON Web Token in milliseconds (RFC 7519, section 4.1.4). */
function expiryOfJwt(value: string): number | undefined {
  const payload = /^eyJ[\w-]+\.(eyJ[\w-]+)\.[\w-]*$/.exec(value)?.[1];
  if (payload === undefined || payload.length % 4 === 1) return undefined;
  try {
    const claims: unknown = JSON.parse(fromBase64(payload));
    if (typeof claims !== 'object' || claims === null || !('exp' in claims)) return undefined;
    const { exp } = claims;
    return typeof exp === 'number' && exp > 0 && exp < 1e11 ? exp * 1000 : undefined;
  } catch {
    return undefined; // begins like a token and is none
  }
}

/** What is known of Valet Key's own credentials. */
export function checkOwnExpiry({ now, credentials = [] }: OwnContext): Finding[] {
  return credentials.flatMap(({ service, place, expiresAt, rejectedAt }) => {
    if (rejectedAt !== undefined) {
      return stateFinding(place, 8, {
        severity: 'error',
        code: 'credential-rejected',
        message: phrase`The API refused the credential of ${service}. Rotate it.`,
      });
    }
    if (expiresAt === undefined || expiresAt - now >= SOON_DAYS * DAY) return [];
    const day = new Date(expiresAt).toISOString().slice(0, 10);
    return stateFinding(place, 8, {
      severity: expiresAt <= now ? 'error' : 'warning',
      code: expiresAt <= now ? 'credential-expired' : 'credential-expires-soon',
      message:
        expiresAt <= now
          ? phrase`The credential of ${service} expired on ${day}. Rotate it.`
          : phrase`The credential of ${service} expires on ${day}. Rotate it.`,
    });
  });
}
