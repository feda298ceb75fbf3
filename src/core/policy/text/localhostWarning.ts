import { parseIpv4, parseIpv6 } from '../../net/address.ts';
import type { BaseUrl } from '../../net/baseUrl.ts';
import { classifyHostName } from '../../net/hostName.ts';
import { phrase } from '../../text/phrase.ts';
import type { ProblemList } from '../../text/problems.ts';
import type { Span } from '../../text/span.ts';

/**
 * Over http nothing proves who answers, and a name can stand for several addresses: where a service listens on one of them,
 * the same port of another is free for any user of the machine.
 */
export function warnOfLocalhost(problems: ProblemList, span: Span, { protocol, hostname, text }: BaseUrl): void {
  if (protocol !== 'http:' || parseIpv4(hostname) !== undefined || parseIpv6(hostname) !== undefined) return;
  const message = phrase`This name may resolve to several addresses of this machine, and another user may listen on one of them. Write 127.0.0.1, or the address that the service listens on; its credential has to be entered again for it.`;
  const plain = classifyHostName(hostname) === 'loopback';
  const suggestion = `http://127.0.0.1${text.replace(/^[a-z]+:\/\/[^/:]*/i, '')}`;
  problems.warning('base-url-localhost', span, message, plain ? { suggestion } : {});
}
