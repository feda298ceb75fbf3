/** `<start>-<run>-<part>.jsonl`: when the run began, the gateway's id, and the number of the part from 0001. */
const PART_NAME = /^(\d{8}T\d{6}Z)-(.+)-(\d{4,})\.jsonl$/;

/** The audit files of one gateway run. */
export interface AuditRun {
  readonly gatewayId: string;
  /** Its file names in the order of their parts. */
  readonly parts: readonly string[];
}

/** When the run of this part began, in milliseconds since the epoch; undefined for a name of another shape. */
export function runStart(name: string): number | undefined {
  const start = PART_NAME.exec(name)?.[1];
  const time = Date.parse(start?.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z') ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** Sorts the names in an audit directory by runs, oldest first, and parts; names of another shape are left out. */
export function groupParts(names: readonly string[]): AuditRun[] {
  const found = names.flatMap((name) => {
    const [, start = '', gatewayId = '', part = ''] = PART_NAME.exec(name) ?? [];
    return part === '' ? [] : [{ name, key: `${start}-${gatewayId}`, gatewayId, part: Number(part) }];
  });
  const runs = new Map<string, typeof found>();
  for (const file of found) {
    runs.set(file.key, [...(runs.get(file.key) ?? []), file]);
  }
  return [...runs]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, files]) => ({
      gatewayId: files[0]?.gatewayId ?? '',
      parts: files.sort((a, b) => a.part - b.part).map((file) => file.name),
    }));
}
