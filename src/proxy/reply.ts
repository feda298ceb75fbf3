import { DO_NOT_REPEAT, READ_AGAIN } from '../protocol/brokenCall.ts';
import type { Refusal } from '../protocol/messages.ts';

/** A good answer, as the gateway wrote it: it goes on as it came, and is parsed only for those who look into it. */
export class Answered {
  readonly json: string;

  constructor(json: string) {
    this.json = json;
  }

  get answer(): Readonly<Record<string, unknown>> {
    return JSON.parse(this.json);
  }
}

/** What an agent gets for a call: what the gateway answered, or a refusal of the proxy's own. */
export type Reply = Answered | Refused;
export interface Refused {
  readonly refusal: Refusal;
}

/** There is no gateway. */
export function gatewayAbsent(): Refused {
  return {
    refusal: {
      code: 'gateway_unavailable',
      message: 'Valet Key is not running: no VS Code window with it is open.',
      nextStep:
        'Ask the user to open VS Code with the Valet Key extension, then try again. Do not use the terminal instead.',
      sent: 'no',
    },
  };
}

/** The gateway went away with a call under way, which may be one that changes nothing. */
export function gatewayLost(changesNothing: boolean): Refused {
  return {
    refusal: {
      code: 'gateway_unavailable',
      message: 'Valet Key stopped while the call was in progress.',
      nextStep: changesNothing ? READ_AGAIN : DO_NOT_REPEAT,
      sent: 'unknown',
    },
  };
}

/** Gateways have published themselves, and none of them answers. */
export function gatewaySilent(): Refused {
  return {
    refusal: {
      code: 'gateway_unavailable',
      message:
        'Valet Key is running but does not accept this connection: it is starting or stopping, or has too many connections.',
      nextStep:
        'Try again in a few seconds. If this keeps happening, ask the user to run "Valet Key: Show Status" in VS Code.',
      sent: 'no',
    },
  };
}

export function gatewayUnsafe(why: string): Refused {
  return {
    refusal: {
      code: 'gateway_unavailable',
      message: `The runtime directory of Valet Key cannot be trusted: ${why}`,
      nextStep: 'Tell the user what the message says.',
      sent: 'no',
    },
  };
}

export function invalidArguments(
  message: string,
  nextStep = 'Nothing was sent. Correct the arguments and call again.',
): Refused {
  return { refusal: { code: 'invalid_request', message, nextStep, sent: 'no' } };
}
