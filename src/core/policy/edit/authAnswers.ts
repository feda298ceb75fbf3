import type { Network } from '../../net/network.ts';
import { inEnglish, type Phrase } from '../../text/phrase.ts';
import type { Auth } from '../auth/authTypes.ts';
import { parsePolicy } from '../read/parse.ts';

/** The types that say more than a name: their fields are asked for one by one. */
export type AuthTypeWithFields = Exclude<Auth['type'], 'bearer' | 'basic' | 'header' | 'query'>;

/** What the user answered, by the keys of `auth` in a policy. Lists are one text, split at blanks and commas. */
export type AuthAnswers = Readonly<Record<string, string>>;

const LISTS: ReadonlySet<string> = new Set(['scopes', 'repositories']);

/** Maps are one text as well: `iss=my-app, aud=my-api`. */
const MAPS: ReadonlySet<string> = new Set(['claims']);

/** What a policy would say about this answer beside the others, in a sentence; undefined when nothing. */
export function answerProblem(
  type: AuthTypeWithFields,
  answers: AuthAnswers,
  key: string,
  answer: string,
  network: Network,
): Phrase | undefined {
  const others = Object.entries(answers).filter(([other]) => other !== key);
  const fields = Object.assign({ type }, ...others.map(([other, text]) => fieldOf(other, text))) as object;
  // What other fields still lack is said without this one, too.
  const before = new Set(problemsOf(fields, network).map(inEnglish));
  return problemsOf({ ...fields, ...fieldOf(key, answer) }, network).find((message) => !before.has(inEnglish(message)));
}

/** The `auth` that the answers describe, as a policy reads it; undefined while one is missing or wrong. */
export function authOfAnswers(type: AuthTypeWithFields, answers: AuthAnswers, network: Network): Auth | undefined {
  const fields = Object.entries(answers)
    // An answer that was given before the user chose another grant.
    .filter(([key]) => key !== 'authorizationUrl' || answers.grant === 'authorization_code')
    // Google gives an access token for scopes, or an ID token for an audience.
    .filter(([key]) => key !== 'audience' || type !== 'google-service-account' || !answers.scopes)
    // Basic is what a policy means that says nothing.
    .filter(([key, answer]) => key !== 'clientAuth' || answer !== 'basic')
    .map(([key, answer]) => fieldOf(key, answer));
  const text = policyWith(Object.assign({ type }, ...fields) as object, network);
  return parsePolicy(text).policy?.services.get('new')?.auth;
}

function fieldOf(key: string, answer: string): object {
  const text = answer.trim();
  if (text === '') return {};
  if (MAPS.has(key)) return { [key]: mapOf(text) };
  return { [key]: LISTS.has(key) ? text.split(/[\s,]+/).filter(Boolean) : text };
}

/** A part without `=` is a name without a value, which the policy then says. */
function mapOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text
      .split(',')
      .filter((part) => part.trim() !== '')
      .map((part) => {
        const at = part.indexOf('=');
        return at === -1 ? [part.trim(), ''] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
      }),
  );
}

function problemsOf(auth: object, network: Network): readonly Phrase[] {
  return parsePolicy(policyWith(auth, network)).problems.map(({ message }) => message);
}

/** JSON is YAML. The address stands for any of this network. */
function policyWith(auth: object, network: Network): string {
  const baseUrl = network === 'loopback' ? 'http://127.0.0.1:1' : 'https://api.example.com';
  return JSON.stringify({ services: { new: { baseUrl, network, auth, policies: [] } } });
}
