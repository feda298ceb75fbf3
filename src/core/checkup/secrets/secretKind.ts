import { type Phrase, phrase } from '../../text/phrase.ts';

/** Kinds that are nobody's own, as findings and files keep them: in English. */
const KINDS: Readonly<Record<string, Phrase>> = {
  'API key': phrase`API key`,
  'authorization token': phrase`authorization token`,
  'connection string': phrase`connection string`,
  cookie: phrase`cookie`,
  credential: phrase`credential`,
  'encoded private key': phrase`encoded private key`,
  'encoded secret': phrase`encoded secret`,
  key: phrase`key`,
  passphrase: phrase`passphrase`,
  password: phrase`password`,
  PIN: phrase`PIN`,
  'private key': phrase`private key`,
  secret: phrase`secret`,
  session: phrase`session`,
  token: phrase`token`,
  'URL with a key in its path': phrase`URL with a key in its path`,
  'user name and password': phrase`user name and password`,
  'wallet phrase': phrase`wallet phrase`,
  'webhook secret': phrase`webhook secret`,
};

type Of = (product: string) => Phrase;

/** Kinds of one product, whose name stands before these words; the longer ones first. */
const OF_PRODUCTS: readonly (readonly [string, Of])[] = [
  [' service account token', (product) => phrase`${product} service account token`],
  [' refresh token', (product) => phrase`${product} refresh token`],
  [' access token', (product) => phrase`${product} access token`],
  [' access key id', (product) => phrase`${product} access key id`],
  [' bot token', (product) => phrase`${product} bot token`],
  [' app password', (product) => phrase`${product} app password`],
  [' client secret', (product) => phrase`${product} client secret`],
  [' secret key', (product) => phrase`${product} secret key`],
  [' secret id', (product) => phrase`${product} secret id`],
  [' API key', (product) => phrase`${product} API key`],
  [' webhook', (product) => phrase`${product} webhook`],
  [' secret', (product) => phrase`${product} secret`],
  [' token', (product) => phrase`${product} token`],
  [' key', (product) => phrase`${product} key`],
];

const IN_A_URL = ' in a URL';

/** What people call a kind of secret, such as `GitHub token` or `password in a URL`. */
export function secretKind(kind: string): Phrase {
  if (kind.endsWith(IN_A_URL)) return phrase`${secretKind(kind.slice(0, -IN_A_URL.length))} in a URL`;
  const own = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (own) return own;
  const [words = '', of] = OF_PRODUCTS.find(([end]) => kind.endsWith(end)) ?? [];
  // The name of a standard, such as JSON Web Token.
  return of ? of(kind.slice(0, -words.length)) : phrase`${kind}`;
}
