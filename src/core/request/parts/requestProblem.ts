import { err } from '../../result.ts';
import type { Phrase } from '../../text/phrase.ts';
import type { RequestProblem } from './requestModel.ts';

type Refused = { readonly ok: false; readonly error: RequestProblem };

/** Refuses a request that cannot be sent as it is. Neither text may quote header values or bodies. */
export function invalid(message: Phrase, nextStep: Phrase): Refused {
  return err({ code: 'invalid_request', message, nextStep });
}

/** Refuses a request for its size. */
export function tooLarge(message: Phrase, nextStep: Phrase): Refused {
  return err({ code: 'request_too_large', message, nextStep });
}
