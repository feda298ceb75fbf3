import type { Finding, ReadConfig } from './model/checkupModel.ts';
import type { FileContext } from './model/context.ts';
import type { SecretUse } from './secrets/secretUses.ts';

/** What the findings of a file are known by in later runs. */
export interface FindingDigests {
  ofSecret(use: SecretUse): string;
  /** Of what stands at a finding's place: with another text there it is another finding. */
  ofPlace(finding: Finding): string;
}

/**
 * The digests of a file's findings; undefined where nobody dismisses any. Under a key that is kept, a secret is known by its value.
 * Where anybody can make the digests it is known by what is shown of it, and its place in a text is blank: a short password
 * could be tried out.
 *
 * @param secrets all that stand in the file
 */
export function findingDigests(
  { file: { path, text } }: ReadConfig,
  secrets: readonly SecretUse[],
  { digest, publicDigests = false }: FileContext,
): FindingDigests | undefined {
  if (!digest) return undefined;
  const said = publicDigests ? withoutSecrets(text, secrets) : text;
  return {
    ofSecret: ({ text: { pointer }, value, place: { last4 = '' } }) =>
      digest('secret', pointer, publicDigests ? last4 : value),
    // Whose digests are public has files by other names, which hold on every machine.
    ofPlace: ({ key = '', span }) => digest('place', publicDigests ? '' : path, key, said.slice(span.start, span.end)),
  };
}

/** The same text with blanks for secrets, so that places in it stay what they are. */
function withoutSecrets(text: string, secrets: readonly SecretUse[]): string {
  const spans = secrets.map(({ place }) => place.valueSpan).sort((one, other) => one.start - other.start);
  const parts: string[] = [];
  let done = 0;
  for (const { start, end } of spans) {
    if (end <= done) continue;
    parts.push(text.slice(done, Math.max(start, done)), ' '.repeat(end - Math.max(start, done)));
    done = end;
  }
  return [...parts, text.slice(done)].join('');
}
