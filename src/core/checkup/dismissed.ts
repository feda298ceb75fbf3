import type { CheckedConfig } from './checkedConfig.ts';
import { RANK } from './findings/aspects.ts';
import type { Aspect, Finding } from './model/checkupModel.ts';

/** A finding that the user does not want to be told of again: what was taken for a secret is none, or its risk is accepted. */
export interface Dismissal {
  readonly kind: 'not-a-secret' | 'accepted-risk';
  /** Of what is dismissed; how it is made is whose dismissals these are. */
  readonly digest: string;
  /** Of the finding; a secret that is none is none for every check. */
  readonly code: string;
  /** The user's own words; empty for none. */
  readonly reason: string;
}

/** A finding of this run that is dismissed. */
export interface DismissedFinding<D extends Dismissal> {
  readonly finding: Finding;
  readonly dismissal: D;
}

/** Looks up whether a finding is dismissed. */
export class DismissalIndex<D extends Dismissal> {
  readonly #byDigest = new Map<string, D[]>();

  constructor(dismissals: readonly D[]) {
    for (const one of dismissals) {
      const same = this.#byDigest.get(one.digest);
      if (same) same.push(one);
      else this.#byDigest.set(one.digest, [one]);
    }
  }

  of({ digest, code, secret }: Finding): D | undefined {
    return this.#byDigest
      .get(digest ?? '')
      ?.find((one) => (one.kind === 'not-a-secret' ? secret !== undefined : one.code === code));
  }
}

/** What the checks across files get: no text that is not a secret, and a secret that is accepted where it stands as such. */
export function withoutDismissedSecrets(checked: CheckedConfig, index: DismissalIndex<Dismissal>): CheckedConfig {
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
export function withoutDismissed<D extends Dismissal>(
  findings: readonly Finding[],
  index: DismissalIndex<D>,
): { readonly left: readonly Finding[]; readonly dismissed: readonly DismissedFinding<D>[] } {
  const left: Finding[] = [];
  const dismissed: DismissedFinding<D>[] = [];
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
