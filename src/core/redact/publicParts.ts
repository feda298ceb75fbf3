/** A prefix that everybody knows, such as `github_pat_`, is no longer than this. */
const MAX_PREFIX = 16;

/** What all keys of a kind begin with, or what others know of one: its account, its team, its header. */
const KNOWN_STARTS: readonly RegExp[] = [
  // A key of Stripe's begins with the id of its account, which answers and calls are full of (`acct_1…`), as the
  // publishable key does, which stands in web pages.
  /^[rs]k_(?:live|test)_51[0-9A-Za-z]{15}(?=[0-9A-Za-z]{40})/,
  // One of Slack's has the numbers of its team, its app and its user in front: `xoxb-2345678901-3456789012-…`.
  /^xox[a-z](?:\.xox[a-z])?-(?:\d{1,15}-)+/,
  /^xapp-\d-[A-Z0-9]{9,12}-\d{9,15}-/,
  // Atlassian's; what stands behind the four letters is the same in all of them.
  /^AT[AC]TT3xFfG[A-Z]0/,
  // Google's, HashiCorp's and Amazon's, the last one being the word `BedrockAPIKey-` in base64.
  /^AIzaSy/,
  /^hv[bs]\.(?:CAES)?/,
  /^ABSKQmVkcm9ja0FQSUtleS/,
  // The address of a service, up to its host.
  /^[a-z][a-z0-9+.-]{0,20}:\/\/[\w.:-]{0,255}(?![\w.:@-])/i,
  // The header of a JWT (RFC 7519) says what others say, too.
  /^eyJ[\w-]{1,200}\./,
];

/** The same in the middle of one: OpenAI's have the word `OpenAI` in base64 between two halves. */
const KNOWN_MIDDLE = /T3BlbkFJ/;

/** So many characters at the beginning of a credential are no secret. */
export function publicStartOf(text: string): number {
  let prefix = 0;
  for (let i = 0; i < Math.min(text.length, MAX_PREFIX); i++) {
    if (/[-_.:]/.test(text[i] ?? '')) {
      if (!/^[A-Za-z]+\d{0,2}$/.test(text.slice(prefix, i))) break;
      prefix = i + 1;
    }
  }
  return Math.max(prefix, ...KNOWN_STARTS.map((start) => start.exec(text)?.[0].length ?? 0));
}

/** From where to where the characters in the middle of a credential are no secret; the same number twice where all are. */
export function publicMiddleOf(text: string): readonly [from: number, to: number] {
  const found = KNOWN_MIDDLE.exec(text);
  return found ? [found.index, found.index + found[0].length] : [0, 0];
}
