import { isCredentialKey } from '../text/literalCredential.ts';

/** How the tokens of well-known providers begin, with enough behind it that it is no mere mention. */
const TOKEN =
  /(?:\b(?:sk|pk|rk|ghp|gho|ghu|ghs|ghr|glpat|xox[abeoprs]|shpat|npm|hf|dop_v1|lin_api|figd|ATATT)[-_][A-Za-z0-9_-]{12,}|\bgithub_pat_\w{12,}|\bAKIA[0-9A-Z]{16}\b|\bAIza[\w-]{30,}|\beyJ[\w-]{10,}\.[\w-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY)/;

/** A password in a connection string or URL: `postgres://user:…@host`. */
const PASSWORD_IN_URL = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i;

/** Whether a variable, header or option of this name is meant for a credential. */
export function namesSecret(name: string): boolean {
  const plain = name.replace(/^-+/, '');
  return (
    isCredentialKey(plain) || /^(?:proxy-)?authorization$|^cookie$/i.test(plain) || /(?:^|_)(?:PAT|AUTH)$/.test(plain)
  );
}

/** Whether a text is shaped like a credential, whatever its name. */
export function looksLikeSecret(text: string): boolean {
  return TOKEN.test(text) || PASSWORD_IN_URL.test(text);
}
