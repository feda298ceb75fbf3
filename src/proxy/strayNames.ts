/** What agents call arguments that have another name here, without their dashes and in lower case, and what they mean. */
const MEANT: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    service: ['api', 'apiname', 'servicename', 'server'],
    method: ['verb', 'httpmethod', 'httpverb', 'requestmethod'],
    path: ['url', 'uri', 'endpoint', 'route', 'resource', 'href', 'pathname', 'requestpath', 'apipath', 'fullurl'],
    query: [
      'params',
      'param',
      'parameters',
      'queryparams',
      'queryparameters',
      'querystring',
      'qs',
      'searchparams',
      'urlparams',
    ],
    headers: ['header', 'httpheaders', 'requestheaders', 'extraheaders'],
    body: ['body', 'data', 'payload', 'content', 'requestbody', 'input', 'postdata', 'rawbody', 'bodytext'],
    json: ['jsonbody', 'bodyjson', 'jsondata', 'jsonpayload'],
    form: ['formdata', 'formfields', 'formbody', 'bodyform', 'urlencoded', 'formparams'],
    text: ['raw', 'textbody', 'plaintext'],
    select: ['pointers', 'jsonpointers', 'selector', 'jsonpath', 'pick'],
    maxChars: ['maxlength', 'maxcharacters', 'maxsize', 'charlimit', 'maxtokens', 'maxresponsechars', 'truncate'],
    reason: ['why', 'explanation', 'justification', 'purpose', 'rationale'],
  }).flatMap(([meant, names]) => names.map((name) => [name, meant])),
);

const BODIES = ['json', 'form', 'text'];

/**
 * What to say of an argument that a tool does not take, if it is known what is meant by it: its right name, or another tool.
 * All that is repeated of the name is what stands in the table.
 */
export function meantBy(name: string, taken: readonly string[]): string | undefined {
  const plain = name.toLowerCase().replaceAll(/[\s_-]/g, '');
  const own = [...BODIES, 'query', 'headers', 'select', 'maxChars'].find((one) => one.toLowerCase() === plain);
  const meant = Object.hasOwn(MEANT, plain) ? MEANT[plain] : own;
  if (meant === undefined) return undefined;
  const isBody = meant === 'body' || BODIES.includes(meant);
  if (taken.includes(isBody ? 'json' : meant)) {
    return `write ${meant === 'body' ? 'json, form or text' : meant} instead of ${plain}`;
  }
  // Only request_access takes a path and no query.
  const ofRule = taken.includes('path') && !taken.includes('query');
  if (isBody) return ofRule ? 'it asks for a rule, which names no body' : 'a request with a body goes through execute';
  return ofRule && meant === 'query' ? 'write the query behind the path: /v1/items?limit=3' : undefined;
}
