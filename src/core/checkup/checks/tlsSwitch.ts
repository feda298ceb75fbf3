import { wordsOfName } from '../secrets/names.ts';

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** What a switch can be about. */
const SUBJECT = set('ssl tls https cert certs certificate certificates x509 hostname hostnames');
/** What is done to be sure of the other end. */
const CHECK = set('verify verification verified validate validation check checks checking match strict peer req reqs');
const REFUSE = set('reject deny forbid disallow refuse block');
/** Each turns the meaning round. */
const NEGATION = set(
  'no non not dont skip disable disabled disabling ignore bypass without off none never omit suppress',
);
/** The negations that turn `insecure` round, too: to skip what is insecure is no protection. */
const PLAIN_NEGATION = set('no non not dont disable disabled disabling never');
/** A state that is dangerous where it is allowed. */
const DANGER = set('insecure unsafe invalid untrusted unverified unauthorized selfsigned');
/** What else stands in the names of such switches. */
const NEUTRAL = set(
  'use enable enabled enables require required force allow allowed allows accept on mode level errors error warnings failures ' +
    'transport transports connection connections host hosts registry server servers request requests http grpc curl urls all any ' +
    'self signed secure danger dangerous dangerously pg my with trust min version python ldap dn',
);
const KNOWN = new Set([...SUBJECT, ...CHECK, ...REFUSE, ...NEGATION, ...DANGER, ...NEUTRAL]);
/** What else can be verified. */
const OTHER_SUBJECT = set(
  'email emails mail phone signature signatures token tokens user users account identity domain webhook jwt age sms captcha ' +
    'payment hash checksum checksums ownership otp code commit',
);

const OFF =
  /^(?:0|f|n|false|no|off|none|disabled?|never|unverified|insecure|trust|accept_invalid_certs|(?:ssl_)?(?:cert|verify)_none|skip[-_]?verify|no[-_]?verify)$/i;
const ON = /^(?:1|t|y|true|yes|on|enabled?|always)$/i;

/** These name the hosts that are not verified. */
const NAMES_HOSTS = /^(?:GOINSECURE|UV_INSECURE_HOST|PIP_TRUSTED_HOST|--trusted-host)$/i;

/** Java's classes that take any certificate, by what names them: `sslfactory=org.postgresql.ssl.NonValidatingFactory`. */
const TRUSTING_NAME = /factory|verifier|trust[-_.]?(?:manager|strategy)/i;
const TRUSTS_ANY = /(?:^|\.)(?:Non-?Validating|(?:Trust|Allow|Accept)-?All|Naive|NoOp|NoVerify|Insecure)\w{0,60}$/i;

/** Whether a switch's value is that it is on. */
export function isSwitchedOn(value: string): boolean {
  return ON.test(value.trim());
}

/** How a switch that was set leaves the protection of what is sent. */
export type TlsState = 'not-verified' | 'not-encrypted' | 'outdated';

/**
 * What a switch of this name and value takes away: a variable, an option, a key of a connection string. Undefined when it
 * takes nothing away or is about something else. An option without a value is on.
 */
export function tlsTakenAway(name: string, value = 'true'): TlsState | undefined {
  if (isOldVersion(name, value)) return 'outdated';
  if (NAMES_HOSTS.test(name) && /^[\w.*]/.test(value)) return 'not-verified';
  if (TRUSTING_NAME.test(name) && TRUSTS_ANY.test(value)) return 'not-verified';
  const words = joined(wordsOfName(name).flatMap(parts));
  if (isPlaintext(words, value)) return 'not-encrypted';
  const when = dangerousWhen(words);
  if (when === undefined || !(when === 'on' ? ON : OFF).test(value.trim())) return undefined;
  const verifies = words.some(
    (word) => (CHECK.has(word) && word !== 'strict') || DANGER.has(word) || REFUSE.has(word) || word === 'trust',
  );
  if (/verif|cert|insecure|^trust$/i.test(value)) return 'not-verified';
  return verifies ||
    words.some((word) => /^(?:certs?|certificates?|hostnames?|strict|ignore|bypass|errors?)$/.test(word))
    ? 'not-verified'
    : 'not-encrypted';
}

/** `--plaintext` and `GRPC_PLAINTEXT`, and Kafka's `security.protocol=SASL_PLAINTEXT`. */
function isPlaintext(words: readonly string[], value: string): boolean {
  if (words.slice(-2).join(' ') === 'security protocol') return /^(?:sasl_)?plaintext$/i.test(value.trim());
  const before = words.slice(0, -1);
  if (words.at(-1) !== 'plaintext' || !before.every((word) => KNOWN.has(word) || word === 'kafka')) return false;
  return (before.filter((word) => NEGATION.has(word)).length % 2 === 0 ? ON : OFF).test(value.trim());
}

/** Whether a switch is dangerous when it is on or when it is off; undefined when it is about something else. */
function dangerousWhen(words: readonly string[]): 'on' | 'off' | undefined {
  if (words.length === 0 || !endsKnown(words)) return undefined;
  const counts = (of: ReadonlySet<string>): number => words.filter((word) => of.has(word)).length;
  const trusts = words.some(
    (word, index) => word === 'trust' && /^(?:server|all|any|certs?|self)$/.test(words[index + 1] ?? ''),
  );
  if (trusts || words.some((word) => DANGER.has(word))) {
    return (counts(PLAIN_NEGATION) + counts(REFUSE)) % 2 === 0 ? 'on' : 'off';
  }
  const about = words.some((word) => SUBJECT.has(word));
  const checks = words.some((word) => CHECK.has(word) || REFUSE.has(word));
  if (!about) return words.some((word) => OTHER_SUBJECT.has(word)) ? undefined : withoutSubject(words);
  if (counts(NEGATION) % 2 === 1) return 'on';
  if (checks) return 'off';
  // `DB_SSL`, `USE_TLS`, `TLS_ENABLED`: a certificate alone is a file.
  return words.some((word) => word === 'ssl' || word === 'tls') ? 'off' : undefined;
}

/** What is `SECURE` without TLS from the first byte on: cookies, and mail, which may change to it. */
const SECURE_OTHERWISE = set('cookie cookies session sessions csrf auth smtp imap mail email is http');

/** `VERIFY`, `REQUESTS_VERIFY`, `VAULT_SKIP_VERIFY` and `DB_ENCRYPT`. `--no-verify` skips Git's hooks. */
function withoutSubject(words: readonly string[]): 'on' | 'off' | undefined {
  const last = words.at(-1) ?? '';
  if (last === 'encrypt' || last === 'encrypted') return 'off';
  if (last === 'secure' && words.length > 1) return SECURE_OTHERWISE.has(words.at(-2) ?? '') ? undefined : 'off';
  if (!/^(?:verify|verification)$/.test(last)) return undefined;
  if (words.some((word) => /^(?:connections?|server|peer|hosts?)$/.test(word))) {
    return words.filter((word) => NEGATION.has(word)).length % 2 === 1 ? 'on' : 'off';
  }
  const before = words.at(-2) ?? '';
  if (before === 'skip') return words.filter((word) => NEGATION.has(word)).length % 2 === 1 ? 'on' : 'off';
  return last === 'verify' && !NEGATION.has(before) ? 'off' : undefined;
}

/** A name that goes on about something else is another switch: `--insecure-http-parser`, `SSL_SESSION_CACHE`. */
function endsKnown(words: readonly string[]): boolean {
  const first = words.findIndex((word) => SUBJECT.has(word) || DANGER.has(word) || CHECK.has(word));
  return first === -1 || words.slice(first).every((word) => KNOWN.has(word));
}

/** `sslmode` and `rejectunauthorized` as their words; another word as it is. */
function parts(word: string): readonly string[] {
  if (KNOWN.has(word) || word.length > 40) return [word];
  // For each end the words that lead there; a word of the table has 13 letters at most.
  const ways: (readonly string[] | undefined)[] = [[]];
  for (let end = 1; end <= word.length; end += 1) {
    for (let start = Math.max(0, end - 13); start < end; start += 1) {
      const before = ways[start];
      const part = word.slice(start, end);
      if (before && KNOWN.has(part) && part !== 'on') ways[end] ??= [...before, part];
    }
  }
  return ways[word.length] ?? [word];
}

/** `self-signed` as one word. */
function joined(words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    if (word === 'signed' && words[index - 1] === 'self') return [];
    return word === 'self' && words[index + 1] === 'signed' ? ['selfsigned'] : [word];
  });
}

/** TLS 1.0 and 1.1 are no protection any more, RFC 8996. */
function isOldVersion(name: string, value: string): boolean {
  if (/^--tls-min-v1\.[01]$/.test(name)) return true;
  return (
    /tls.{0,20}min|min.{0,20}tls/i.test(name.slice(0, 100)) && /^(?:tls)?[\s_]?v?1(?:[._]?[01])?$/i.test(value.trim())
  );
}
