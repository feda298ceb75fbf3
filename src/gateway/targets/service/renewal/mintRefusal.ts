import type { Service } from '../../../../core/policy/model/service.ts';
import { type Phrase, phrase } from '../../../../core/text/phrase.ts';
import { type RefusalError, refusals } from '../../../call/model/refusals.ts';
import { PayloadError } from '../../../credentials/payload.ts';
import { MAX_TOKEN_CHARS, type MintError } from '../inject/minting.ts';

/** Off by more than this, a clock is worth mentioning. */
const NOTABLE_SKEW_MS = 60_000;

const ROTATE = (name: string): Phrase =>
  phrase`Ask the user to run "Valet Key: Rotate Credential" for ${name} in VS Code.`;

/** Where the tokens of a service come from, as the user would name it. */
export function issuerOf({ auth, baseUrl }: Service): string {
  switch (auth.type) {
    case 'oauth2':
    case 'google-service-account':
      return auth.tokenUrl.host;
    case 'vscode-session':
      return auth.provider === 'github' ? 'GitHub' : 'Microsoft';
    default:
      return baseUrl.host;
  }
}

/** What an agent is told when there is no token. `retryAfterMs` counts for outages, `skewMs` is the issuer's clock's. */
export function mintRefusal(
  error: MintError | PayloadError,
  service: Service,
  retryAfterMs: number,
  skewMs: number,
): RefusalError {
  const { name, auth } = service;
  if (error instanceof PayloadError) {
    return refusals.credentialRejected(
      name,
      phrase`${error.why} (docs/auth.md says what ${auth.type} needs)`,
      ROTATE(name),
    );
  }
  const issuer = issuerOf(service);
  if (error.code === 'too_many') return refusals.tooManyTokens(name, retryAfterMs);
  if (error.kind === 'outage') return refusals.tokenUnavailable(name, issuer, error.why, retryAfterMs);
  if (error.code === 'token_too_long' || error.code === 'token_unfit') {
    const what =
      error.code === 'token_too_long'
        ? phrase`of more than ${MAX_TOKEN_CHARS} characters`
        : phrase`that is not printable ASCII`;
    return refusals.credentialRejected(
      name,
      phrase`${issuer} gave a token ${what}, which no request can carry`,
      phrase`Ask the user to check auth of ${name} in the policy: fewer scopes or permissions may make the token shorter.`,
      { remedy: 'policy' },
    );
  }
  // A token request of oauth2 holds no date: its answer has nothing to do with the clock.
  if (auth.type !== 'oauth2' && Math.abs(skewMs) > NOTABLE_SKEW_MS) {
    const minutes = Math.round(Math.abs(skewMs) / 60_000);
    return refusals.credentialRejected(
      name,
      skewMs > 0
        ? phrase`this machine's clock is ${minutes} min behind that of ${issuer}, which gave no token (${error.code})`
        : phrase`this machine's clock is ${minutes} min ahead of that of ${issuer}, which gave no token (${error.code})`,
      phrase`Ask the user to correct the clock of this machine.`,
      { remedy: 'clock' },
    );
  }
  switch (error.code) {
    case 'invalid_grant':
      return auth.type === 'oauth2'
        ? refusals.credentialRejected(
            name,
            phrase`${issuer} no longer accepts the refresh token, which has expired, was revoked or was used elsewhere (invalid_grant)`,
            phrase`Ask the user to sign in again: "Valet Key: Rotate Credential" for ${name} in VS Code.`,
          )
        : refusals.credentialRejected(
            name,
            phrase`${issuer} does not accept the key's signature (invalid_grant)`,
            ROTATE(name),
          );
    case 'invalid_scope':
    case 'http_422':
      return refusals.credentialRejected(
        name,
        phrase`${issuer} does not grant what the policy asks for (${error.code})`,
        phrase`Ask the user to compare the scopes or permissions under auth of ${name} in the policy with what the provider granted.`,
        { remedy: 'policy' },
      );
    case 'http_404':
      return refusals.credentialRejected(
        name,
        phrase`${issuer} knows no such token endpoint or installation (404)`,
        phrase`Ask the user to check auth of ${name} in the policy.`,
        { remedy: 'policy' },
      );
    case 'no_session':
      return refusals.sessionMissing(name, issuer);
    case 'no_refresh_token':
      return refusals.credentialExpired(
        name,
        phrase`${issuer} gave no refresh token, and the access token has expired`,
      );
    default:
      return refusals.credentialRejected(name, phrase`${issuer} refused to give a token (${error.code})`, ROTATE(name));
  }
}
