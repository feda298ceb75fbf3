import { type RawHandler, type RawUpstream, startRawUpstream } from '../support/rawUpstream.ts';
import { type Agent, freshKey, loopbackService, policyText, type Served, serve } from '../support/serve.ts';
import { require } from './fuzzer.ts';

/** The built gateway with one service `api`, an API behind it, and a well-behaved agent whose calls nothing may disturb. */
export interface WholeGateway {
  readonly served: Served;
  readonly upstream: RawUpstream;
  readonly key: string;
  /** One honest call passes. */
  lives(): Promise<void>;
  /** Looks at the whole, and ends it. */
  end(): Promise<void>;
}

const HONEST = '/honest';
/** An honest call waits for whatever a machine with two cores has to do besides. */
const HONEST_MS = 10_000;

export async function startWholeGateway(
  respond: RawHandler,
  more: Record<string, unknown> = {},
): Promise<WholeGateway> {
  const upstream = await startRawUpstream({
    respond: (request, socket) => {
      if (request.target === HONEST) {
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}');
      } else respond(request, socket);
    },
  });
  const key = freshKey();
  const policy = policyText({ api: loopbackService(upstream.origin, more) });
  const served = await serve({ policy, credentials: { api: key } });
  const honest: Agent = await served.agent('honest');
  const lives = async (): Promise<void> => {
    require(served.process.exitCode === null && served.process.signalCode === null, 'the gateway has ended');
    const call = honest.raw('read', { service: 'api', path: HONEST }, AbortSignal.timeout(HONEST_MS));
    const result = await call.catch((error: unknown) => ({ status: String(error) }));
    require('status' in result && result.status === 200, `an honest call was disturbed: ${JSON.stringify(result)}`);
  };
  return {
    served,
    upstream,
    key,
    lives,
    end: async () => {
      await lives();
      const errors = served.diagnostics.filter((line) => line.startsWith('[error]'));
      const everything = served.everything();
      await served.stop();
      await upstream.close();
      require(errors.length === 0, `the log has errors: ${errors.slice(0, 3).join('; ')}`);
      require(!everything.includes(key), 'the credential stands in a file or in the log');
    },
  };
}
