import * as z from 'zod';
import type { CheckedConfig } from '../../../core/checkup/checkedConfig.ts';
import { RANK } from '../../../core/checkup/findings/aspects.ts';
import type { Aspect, Finding } from '../../../core/checkup/model/checkupModel.ts';
import { installationKey } from '../../state/installationKey.ts';
import type { SecretPort, TextFolderPort } from '../../util/ports.ts';
import { ListFile } from './listFile.ts';

/**
 * A finding that the user does not want to be told of again: what was taken for a secret is none, or its risk is accepted. It is
 * known by a digest under a key that SecretStorage has, so that no value is kept, and no program that writes the file silences
 * anything. A repository has no say in it.
 */
export interface Dismissal {
  readonly kind: 'not-a-secret' | 'accepted-risk';
  readonly digest: string;
  /** Of the finding; a secret that is none is none for every check. */
  readonly code: string;
  /** The user's own words; empty for none. */
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A finding of this run that is dismissed. */
export interface DismissedFinding {
  readonly finding: Finding;
  readonly dismissal: Dismissal;
}

const schema = z.array(
  z.object({
    kind: z.enum(['not-a-secret', 'accepted-risk']),
    digest: z.string(),
    code: z.string(),
    reason: z.string(),
    at: z.number(),
  }),
);

/** The dismissals of this machine, in a file, so that every window sees the same. */
export class Dismissals {
  readonly #file: ListFile<Dismissal>;
  readonly #secrets: SecretPort;
  #key: Promise<string | undefined> | undefined;

  constructor(texts: TextFolderPort, secrets: SecretPort) {
    this.#file = new ListFile(texts, 'dismissals.json', schema);
    this.#secrets = secrets;
  }

  /** What findings are known by. Undefined without SecretStorage: then nothing can be dismissed, and everything is told. */
  key(): Promise<string | undefined> {
    this.#key ??= installationKey(this.#secrets, 'dismissal').catch(() => {
      this.#key = undefined;
      return undefined;
    });
    return this.#key;
  }

  /** A file that is damaged dismisses nothing. */
  all(): Promise<readonly Dismissal[]> {
    return this.#file.read();
  }

  async add(dismissal: Dismissal): Promise<void> {
    await this.#file.write([...(await this.all()).filter((one) => !isSame(one, dismissal)), dismissal]);
  }

  /** What it dismissed is a finding again. */
  async remove(dismissal: Dismissal): Promise<void> {
    await this.#file.write((await this.all()).filter((one) => !isSame(one, dismissal)));
  }
}

function isSame(one: Dismissal, other: Dismissal): boolean {
  return one.digest === other.digest && one.kind === other.kind && one.code === other.code;
}

/** Looks up whether a finding is dismissed. */
export class DismissalIndex {
  readonly #byDigest = new Map<string, Dismissal[]>();

  constructor(dismissals: readonly Dismissal[]) {
    for (const one of dismissals) {
      const same = this.#byDigest.get(one.digest);
      if (same) same.push(one);
      else this.#byDigest.set(one.digest, [one]);
    }
  }

  of({ digest, code, secret }: Finding): Dismissal | undefined {
    return this.#byDigest
      .get(digest ?? '')
      ?.find((one) => (one.kind === 'not-a-secret' ? secret !== undefined : one.code === code));
  }
}

/** What the checks across files get: no text that is not a secret, and a secret that is accepted where it stands as such. */
export function withoutDismissedSecrets(checked: CheckedConfig, index: DismissalIndex): CheckedConfig {
  const kinds = new Map(
    checked.findings.flatMap((finding) => {
      const dismissal = finding.check === 1 && finding.secret ? index.of(finding) : undefined;
      return dismissal ? [[finding.secret, dismissal.kind] as const] : [];
    }),
  );
  if (kinds.size === 0) return checked;
  const secrets = checked.secrets
    .filter(({ place }) => kinds.get(place) !== 'not-a-secret')
    .map((secret) => (kinds.has(secret.place) ? { ...secret, accepted: true as const } : secret));
  return { ...checked, secrets };
}

/** The findings that are left, and those that are dismissed. What a dismissed one says of its server is said of the next one there. */
export function withoutDismissed(
  findings: readonly Finding[],
  index: DismissalIndex,
): { readonly left: readonly Finding[]; readonly dismissed: readonly DismissedFinding[] } {
  const left: Finding[] = [];
  const dismissed: DismissedFinding[] = [];
  const homeless = new Map<string, readonly Aspect[]>();
  for (const finding of findings) {
    const dismissal = index.of(finding);
    if (!dismissal) left.push(finding);
    else {
      dismissed.push({ finding, dismissal });
      const ofServer = (finding.aspects ?? []).filter(({ key }) => key !== finding.key);
      const name = serverName(finding);
      if (ofServer.length > 0) homeless.set(name, [...(homeless.get(name) ?? []), ...ofServer]);
    }
  }
  const housed = left.map((finding) => {
    const more = finding.check === 1 && finding.secret ? homeless.get(serverName(finding)) : undefined;
    if (!more) return finding;
    homeless.delete(serverName(finding));
    return withMore(finding, more);
  });
  return { left: housed, dismissed };
}

function serverName({ file, server }: Finding): string {
  return JSON.stringify([file, server]);
}

function withMore(finding: Finding, more: readonly Aspect[]): Finding {
  const aspects = [...(finding.aspects ?? []), ...more];
  const [worst] = [finding, ...more].map(({ severity }) => severity).sort((one, other) => RANK[one] - RANK[other]);
  return { ...finding, severity: worst ?? finding.severity, aspects };
}
