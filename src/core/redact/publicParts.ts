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
  // The header of a JWT (RFC 7519) says what others say, too, and so does its payload; its signature is the secret.
  /^eyJ[\w-]+\.(?:eyJ[\w-]+(?:\.|$))?/,
  // Discord's: the id of the bot and the second in which it was made.
  /^[MNO][\w-]{17,27}\.[\w-]{6}\./,
  // Macaroons, as they begin in base64: those of PyPI and Fly, and those that name a location.
  /^pypi-AgE(?:IcHlwaS5vcmcC|NdGVzdC5weXBpLm9yZwI)[A-Z]?/,
  /^(?:FlyV1 )?fm\d[ar]?_lJPECA{0,8}/,
  /^MDA[\w-]{1,37}/,
  // Amazon's session tokens, Google's access and refresh tokens, Meta's, Square's, age's and Cloudflare's.
  /^(?:IQoJb3JpZ2luX2Vj|FwoGZXIvYXdzE)[A-Z]?/,
  /^ya29\.(?:a0A|c\.c0A|c\.)?/,
  /^1\/\/0[0-9a-z]?/,
  /^EAA\w{1,16}/,
  /^sq0[a-z]{3}-/,
  /^AGE-SECRET-KEY-1/,
  /^v1\.0-/,
  // Vault's, whose first bytes say what follows; GitHub's, with the id of its user; Doppler's, with its configuration.
  /^hvb\.AAAAAQ/,
  /^hv[a-z]\.CAESI/,
  /^github_pat_11[0-9A-Z]{8}0?/,
  /^dp\.[a-z]+\.(?:[\w-]{1,60}\.)?/,
  // Private keys: what their algorithm says, up to the first byte of their own.
  /^MII[A-Za-z0-9+/]{3}IBADANBgkqhkiG9w0BAQEFAASC[A-Za-z0-9+/]{4}ggS?[A-Za-z0-9+/]{1,3}AgEAAoI[A-Za-z0-9+/]{3}/,
  /^MII[A-Za-z0-9+/]{3}IBAAKC[A-Za-z0-9+/]{4}/,
  /^b3BlbnNzaC1rZXktdjEA[A-Za-z0-9+/]*A{3}/,
  /^MC4CAQAwBQYDK2V[a-z]BCIEI/,
  /^M[A-Za-z0-9+/]{2}CAQAwEwYHKoZIzj0CAQ[A-Za-z0-9+/]{20,60}/,
  /^M(?:IGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg|HcCAQEEI)/,
];

/** A text in base64 that says whose a credential is, behind a short prefix or none: `sk.eyJ…`, `sntrys_eyJ…`, `glc_eyJ…`. */
const JSON_IN_BASE64 = /^(?:[a-z]{2,8}[._])?eyJ[A-Za-z0-9+/-]*[._]?/;

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
  // Where in such a text a secret begins nothing says for sure: all of it is taken for known, so that it counts only whole.
  return Math.max(prefix, ...[...KNOWN_STARTS, JSON_IN_BASE64].map((start) => start.exec(text)?.[0].length ?? 0));
}

/** From where to where the characters in the middle of a credential are no secret; the same number twice where all are. */
export function publicMiddleOf(text: string): readonly [from: number, to: number] {
  const found = KNOWN_MIDDLE.exec(text);
  return found ? [found.index, found.index + found[0].length] : [0, 0];
}
