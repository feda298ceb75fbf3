/** Names of members and parameters whose values are no secrets, however random they look. */
const PUBLIC_NAME =
  /(?:^|[_.\s-]|[a-z])(?:client|consumer|project|account|tenant|user|key|org|organi[sz]ation|team|app|application|role|workspace|subscription|customer|zone|database|db|instance|cluster|device)[_-]?ids?$|^(?:a?k?id|aws_access_key_id|access_?key_?id)$|(?:type|uri|url|email|mail|user|username|login|host|hostname|server|domain|region|endpoint|suffix|scopes?|alg|algorithm|method|version|timestamp|expires|expir(?:y|es_in|es_at|ation)|issuer|audience|name|public_?key|timeout|lifetime)$|^auth(?:entication|ority|[_-]?(?:source|mechanism|mechanismproperties|database|db|mode|plugin|provider))$/i;

/** Names that say a secret, whatever its value looks like. */
const SECRET_NAME =
  /secret|token|passw|passphrase|^pass$|(?:[_-]|store|key|user|root|admin|db|sql|smtp|mail|ftp|http|proxy)pass$|^pwd$|[_-]pwd$|pwd$|key$|credential|signature|private|session|^auth|[_-]auth$|cookie|bearer|assertion|^pin$|^(?:mac|response)$/i;

/** Of these the value is a secret though it looks like an address: `P@ss.word1`. */
const PASSWORD_NAME = /passw(?:or)?d$|passwort$|passphrase$|(?:^|[_-]|db|user)pass$|pwd$/i;

/** What settings say, as in `passwordless=true`, and schemes, as in `auth=Bearer …`: words that are everywhere. */
const SETTING =
  /^(?:true|false|none|null|default|required?|optional|enabled?|disabled?|bearer|basic|digest|negotiate)$/i;

/** Under so many characters a value says nothing, not even as a token of its own. */
const LEAST_NAMED = 4;

const LEAST_OPAQUE = 8;

/** One word alone of so many letters is none. */
const MAX_WORD = 20;

/** Whether a name says that its value is secret, whatever that looks like. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !PUBLIC_NAME.test(name);
}

/** Whether a value with a name, in a credential that has several, is a secret on its own. */
export function isSecretMember(name: string, value: string): boolean {
  if (value.length < LEAST_NAMED || PUBLIC_NAME.test(name) || SETTING.test(value)) return false;
  if (isAddress(value)) return PASSWORD_NAME.test(name) && !value.includes('://');
  return SECRET_NAME.test(name) || isOpaque(value);
}

/** Whether a value was made by a machine to be nothing but itself: not a word, a name, an address, a date or a region. */
export function isOpaque(value: string): boolean {
  if (value.length < LEAST_OPAQUE || /\s/.test(value) || isAddress(value)) {
    return false;
  }
  const segments = value.split(/[-_./:@+]/);
  if (segments.length === 1 && value.length >= MAX_WORD) {
    return true;
  }
  return !segments.every(
    (segment) => /^[A-Z]?[a-z]*\d{0,4}$/.test(segment) || /^[A-Z]+\d{0,4}$/.test(segment) || /^\d{1,8}$/.test(segment),
  );
}

/** Whether a value is a URL, an address of mail, or the name of a resource (`arn:aws:iam::123456789012:role/admin`). */
export function isAddress(value: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/|^arn:[a-z-]+:/i.test(value) || /^[^\s@:]+@[^\s@.]+\.[^\s@]+$/.test(value);
}
