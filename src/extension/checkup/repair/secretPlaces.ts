import type { PlacesOfSecrets } from '../../../core/checkup/edit/placesOfSecrets.ts';
import type { HiddenSecret } from '../../../core/checkup/edit/shownChange.ts';
import type { ConfigFile, Located, ServerEntry } from '../../../core/checkup/model/checkupModel.ts';
import { groupBy } from '../../../core/checkup/model/groupBy.ts';
import { Secret } from '../../../core/secret.ts';
import type { FoundFile } from '../scan/checkup.ts';
import type { ShownFinding } from '../scan/report.ts';

/** A secret in plain text, with its value. */
export interface PlainSecret {
  readonly shown: ShownFinding;
  readonly file: FoundFile;
  readonly value: Secret;
  /** The text that it stands in. */
  readonly text: Located;
  /** The server's entry that it stands in, and one text for that server; absent for one outside of all. */
  readonly server?: { readonly entry: ServerEntry; readonly key: string };
  /** Whether a server of the file leads to Valet Key. */
  readonly isLaunched: boolean;
}

/** Reads a file, off this thread. */
export type ReadPlaces = (file: ConfigFile, starts: readonly number[]) => Promise<PlacesOfSecrets>;

/**
 * The secrets of these findings with their values, read from the files again; those with one value stand together, in
 * the order in which the first of them was found.
 */
export async function plainSecretsIn(
  findings: readonly ShownFinding[],
  fileOf: (uri: string) => FoundFile | undefined,
  read: ReadPlaces,
): Promise<readonly PlainSecret[]> {
  const files = new Map<string, { readonly file: FoundFile; readonly places: PlacesOfSecrets }>();
  for (const own of groupBy(findings, ({ uri = '' }) => uri)) {
    const uri = own[0]?.uri;
    const file = uri === undefined ? undefined : fileOf(uri);
    const starts = own.flatMap(({ finding }) => (finding.secret ? [finding.span.start] : []));
    if (uri !== undefined && file && starts.length > 0) {
      files.set(uri, { file, places: await read(file.file, starts) });
    }
  }
  const groups = new Map<string, PlainSecret[]>();
  for (const shown of findings) {
    const { secret, span } = shown.finding;
    const { file, places } = files.get(shown.uri ?? '') ?? {};
    const place = places?.places.get(span.start);
    if (!secret || !file || !place) continue;
    const entry = places?.servers[place.server ?? -1];
    const value = place.text.value.slice(secret.within.start, secret.within.end);
    const group = groups.get(value) ?? [];
    groups.set(value, group);
    group.push({
      shown,
      file,
      value: new Secret(value),
      text: place.text,
      isLaunched: places?.isLaunched ?? false,
      ...(entry && { server: { entry, key: `${file.uri} ${entry.pointer}` } }),
    });
  }
  return [...groups.values()].flat();
}

/** The secrets of a file that nobody needs to see who judges a change of it. */
export function hiddenSecretsOf(uri: string, findings: readonly ShownFinding[]): readonly HiddenSecret[] {
  return findings.flatMap(({ uri: own, finding: { span, secret } }) =>
    own === uri && secret ? [{ span, within: secret.within, valueSpan: secret.valueSpan }] : [],
  );
}
