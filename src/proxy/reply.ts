import type { Refusal } from '../protocol/messages.ts';

/** What an agent gets for a call: what the gateway answered, or a refusal of the proxy's own. */
export type Reply = { readonly answer: Record<string, unknown> } | Refused;
export interface Refused {
  readonly refusal: Refusal;
}

/** No gateway, or it went away: before anything was said (`no`), or with a call under way (`unknown`). */
export function gatewayLost(sent: 'no' | 'unknown'): Refused {
  return {
    refusal: {
      code: 'gateway_unavailable',
      message:
        sent === 'no'
          ? 'Valet Key is not running: no VS Code window with it is open.'
          : 'Valet Key went away while the call was under way.',
      nextStep:
        sent === 'no'
          ? 'Ask the person to open VS Code with the Valet Key extension, then try again. Do not use the terminal instead.'
          : 'Do not repeat the call: it may have taken effect. Look at the current state first, or ask the person.',
      sent,
    },
  };
}

/** Gateways have published themselves, and none of them answers. */
export function gatewaySilent(): Refused {
  return {
    refusal: {
      code: 'gateway_unavailable',
      message: 'Valet Key is there but does not take this connection: it is just starting or ending, or has too many.',
      nextStep:
        'Try again in a few seconds. If it stays so, ask the person to run "Valet Key: Show Status" in VS Code.',
      sent: 'no',
    },
  };
}

export function gatewayUnsafe(why: string): Refused {
  return {
    refusal: {
      code: 'gateway_unavailable',
      message: `The runtime directory of Valet Key cannot be trusted: ${why}`,
      nextStep: 'Tell the person what the message says.',
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
