import type { ConfigFormat } from '../../../core/checkup/model/checkupModel.ts';
import { Secret } from '../../../core/secret.ts';
import type { Span } from '../../../core/text/span.ts';
import type { CheckedFile } from '../scan/checkup.ts';
import type { ShownFinding } from '../scan/report.ts';

/** A secret in plain text, with its value. */
export interface PlainSecret {
  readonly shown: ShownFinding;
  readonly file: CheckedFile;
  readonly value: Secret;
}

/**
 * The secrets of these findings with their values, read from the files again; those with one value stand together, in
 * the order in which the first of them was found.
 */
export function plainSecretsIn(
  findings: readonly ShownFinding[],
  fileOf: (uri: string) => CheckedFile | undefined,
): readonly PlainSecret[] {
  const groups: PlainSecret[][] = [];
  for (const shown of findings) {
    const { secret } = shown.finding;
    const file = shown.uri === undefined ? undefined : fileOf(shown.uri);
    if (!secret || !file) continue;
    const { start, end } = secret.valueSpan;
    const value = meant(file.file.text.slice(start, end), file.file.format);
    const place = { shown, file, value };
    const group = groups.find(([first]) => first?.value.equals(value));
    if (group) group.push(place);
    else groups.push([place]);
  }
  return groups.flat();
}

/** Where the secrets of a file stand, which nobody needs to see to judge another change in it. */
export function secretSpans(checkup: { findings(): readonly ShownFinding[] }, { uri }: CheckedFile): readonly Span[] {
  return checkup
    .findings()
    .flatMap(({ uri: other, finding: { secret } }) => (other === uri && secret ? [secret.valueSpan] : []));
}

/** A value as it is meant, of the characters as they are written. */
function meant(written: string, format: ConfigFormat): Secret {
  if (format === 'jsonc' && written.includes('\\')) {
    try {
      const value: unknown = JSON.parse(`"${written}"`);
      if (typeof value === 'string') return new Secret(value);
    } catch {
      // Cut in the middle of an escape: then the characters are what there is.
    }
  }
  return new Secret(written);
}
