/** Names that are ours or that no caller and no policy may set, apart from the families below. */
const RESERVED: ReadonlySet<string> = new Set([
  // credentials
  'authorization',
  'proxy-authorization',
  'proxy-authenticate',
  'authentication-info',
  'cookie',
  'cookie2',
  'set-cookie',
  'set-cookie2',
  // where the request goes
  'host',
  'alt-used',
  // framing, hop-by-hop and connection control: RFC 9110, 7.6.1 and 10.1; RFC 9112, 6
  'content-length',
  'content-encoding',
  'content-transfer-encoding',
  'accept-encoding',
  'transfer-encoding',
  'te',
  'trailer',
  'connection',
  'keep-alive',
  'upgrade',
  'http2-settings',
  'expect',
  'via',
  'max-forwards',
  'early-data',
  // who calls: RFC 7239 and its many private ancestors
  'forwarded',
  'x-real-ip',
  'x-host',
  'x-wap-profile',
  'x-custom-ip-authorization',
  'x-remote-addr',
  'x-proxy-user',
  'x-middleware-subrequest',
  'base-url',
  'proxy',
  'request-uri',
  'uri',
  'x-proxy-url',
  'destination-url',
]);

const RESERVED_FAMILIES = [
  /^:/,
  /^proxy-/,
  /^sec-/,
  /^x-forward(?:ed)?(?:-|$)/,
  /^x-original-/,
  /^x-originating-/,
  /^x-rewrite-/,
  /^x-override-/,
  /^x-envoy-/,
  /^x-accel-/,
  /^x-sendfile/,
  /^x-amzn-oidc-/,
  /(?:^|-)https?-(?:host|path|uri|url|destinationurl)(?:-|$)/,
  // x-http-method-override, x-http-method, x-method-override, method-override …
  /(?:^|-)http-?method(?:-|$)/,
  /(?:^|-)method-?override$/,
  // true-client-ip, cf-connecting-ip, x-cluster-client-ip, fastly-client-ip, x-remote-ip …
  /(?:^|-)(?:client|connecting|remote|real|source|cluster|user|proxyuser|originating)-?ipv?[46]?$/,
];

/**
 * Whether a header belongs to the gateway (authentication, Host, Cookie, framing, hop-by-hop, content coding) or is
 * refused for what it does to servers (forwarding, method and path overrides). Neither a caller nor a policy's
 * `headers` may name it. Underscores count as dashes, as CGI-like servers cannot tell them apart.
 *
 * The service's own auth header is not known here; compare it separately with {@link sameHeader}.
 */
export function isReservedHeader(lowerCaseName: string): boolean {
  const name = lowerCaseName.replaceAll('_', '-');
  return RESERVED.has(name) || RESERVED_FAMILIES.some((family) => family.test(name));
}

/** Whether two header names are one to some server: case-insensitively, with underscores read as dashes. */
export function sameHeader(one: string, other: string): boolean {
  return one.toLowerCase().replaceAll('_', '-') === other.toLowerCase().replaceAll('_', '-');
}
