import type { Located } from '../../../core/checkup/model/checkupModel.ts';
import { textsOf } from '../../../core/checkup/model/textsOf.ts';
import { Secret } from '../../../core/secret.ts';
import type { CheckedFile } from '../scan/checkup.ts';
import type { ShownFinding } from '../scan/report.ts';

/** A secret in plain text, with its value. */
export interface PlainSecret {
  readonly shown: ShownFinding;
  readonly file: CheckedFile;
  readonly value: Secret;
  /** The text that it stands in. */
  readonly text: Located;
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
    const { start, end } = secret.within;
    const text = textsOf(file.config).find(({ span }) => span.start === shown.finding.span.start);
    if (!text) continue;
    const value = new Secret(text.value.slice(start, end));
    const place = { shown, file, value, text };
    const group = groups.find(([first]) => first?.value.equals(value));
    if (group) group.push(place);
    else groups.push([place]);
  }
  return groups.flat();
}

/**
 * A text of a file, as it is or as it becomes, without anything of the file's secrets to see: nobody needs them to judge a
 * change. Every other character stays where it is.
 */
export function withoutSecretsToSee(
  text: string,
  { uri, config, file }: CheckedFile,
  checkup: { findings(): readonly ShownFinding[] },
): string {
  const hidden = new Set<string>();
  for (const { uri: other, finding } of checkup.findings()) {
    if (other !== uri || !finding.secret) continue;
    const { within, valueSpan } = finding.secret;
    const read = textsOf(config).find(({ span }) => span.start === finding.span.start);
    // As it is written, and as it is meant; one that is folded, line by line.
    const written = file.text.slice(valueSpan.start, valueSpan.end);
    const meant = read?.value.slice(within.start, within.end) ?? '';
    for (const line of [written, meant].flatMap((one) => one.split('\n'))) {
      if (line.trim().length > 2) hidden.add(line.trim());
    }
  }
  const longestFirst = [...hidden].sort((one, other) => other.length - one.length);
  return longestFirst.reduce((result, line) => result.replaceAll(line, '•'.repeat(line.length)), text);
}
