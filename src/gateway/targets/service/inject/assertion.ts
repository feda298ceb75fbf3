import type { Secret } from '../../../../core/secret.ts';
import type { Incoming } from '../../../http/message.ts';
import { assertionText } from './inject.ts';
import { checkTokenAnswer, type Mint, MintError, type TokenRequest } from './minting.ts';

/** A signed date that is this far off may be why an assertion was refused. */
const SKEW_MS = 20_000;

/**
 * Asks for a token with a signed assertion. The answer tells the provider's time: when the assertion was refused and
 * its date was off, another one is signed by that time, once.
 */
export async function withAssertion(
  mint: Mint,
  origin: string,
  sign: (issuedAtMs: number) => Promise<Secret>,
  lifeMs: number,
  request: (assertion: string) => TokenRequest,
): Promise<Incoming> {
  for (let attempt = 1; ; attempt++) {
    const skewBefore = mint.now(origin) - mint.now();
    const assertion = await sign(mint.now(origin));
    mint.hold(assertion, mint.now() + lifeMs);
    const incoming = await mint.send(request(assertionText(assertion)));
    try {
      checkTokenAnswer(incoming);
      return incoming;
    } catch (error) {
      const learned = Math.abs(mint.now(origin) - mint.now() - skewBefore);
      if (attempt > 1 || learned < SKEW_MS || !(error instanceof MintError && error.kind === 'refused')) throw error;
    }
  }
}
