import { packagesOf } from '../../packages/launches.ts';
import type { Ecosystem, PackageUse } from '../../packages/packageUse.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';
import { findingIn } from '../findings/finding.ts';
import type { Finding, Located, PinFix, ReadConfig, ServerEntry } from '../model/checkupModel.ts';
import { masked } from '../secrets/findSecrets.ts';

const KINDS: Readonly<Record<Ecosystem, Phrase>> = {
  npm: phrase`npm package`,
  pypi: phrase`Python package`,
  docker: phrase`image`,
  git: phrase`Git repository`,
  deno: phrase`Deno module`,
  nuget: phrase`NuGet package`,
  go: phrase`Go module`,
  script: phrase`script`,
};

const CODES = { 'no-version': 'version-missing', 'moving-tag': 'version-moving', range: 'version-range' } as const;

const WHY = {
  'no-version': phrase`is started without a version, so each start may run code that was published a minute ago`,
  'moving-tag': phrase`is started by a tag that its publisher can move, so each start may run different code`,
  range: phrase`is started by a range of versions, so each start may run different code`,
} as const;

/** Check 9: third-party servers run the same code tomorrow. */
export function checkPinnedVersions(read: ReadConfig, server: ServerEntry): Finding[] {
  const starts = new Map<Located, number>();
  return packagesOf(server).flatMap((use) => {
    if (use.pinned || use.looseness === undefined) return [];
    const local = use.perhapsLocal === true;
    const fix = pinFix(read, use, starts);
    return findingIn(read, 9, {
      severity: local ? 'information' : 'warning',
      code: local ? 'image-perhaps-local' : CODES[use.looseness],
      span: use.spec.at.span,
      server: server.name,
      key: use.spec.at.pointer,
      message: local
        ? phrase`This image names neither a registry nor a fixed version. If it was not built on this machine, specify an exact version or a digest.`
        : phrase`This ${KINDS[use.ecosystem]} ${WHY[use.looseness]}. Specify the exact version that you have reviewed.`,
      ...(fix && { fix }),
    });
  });
}

/** @param starts where the texts of a server begin in the file, as far as they stand there as they are: -1 for others */
function pinFix(
  { file }: ReadConfig,
  { ecosystem, name, spec, withVersion }: PackageUse,
  starts: Map<Located, number>,
): PinFix | undefined {
  if (ecosystem === 'nuget' || ecosystem === 'go' || ecosystem === 'script') return undefined;
  // The texts of a fix are as they stand in the file, and no finding holds a secret.
  if (masked(spec.value) !== spec.value) return undefined;
  const { span, value } = spec.at;
  // Only a text that stands in the file as it is, quotes apart, can be cut without knowing its escapes. One text may hold a
  // script with many packages, and is looked for once.
  const at = starts.get(spec.at) ?? file.text.slice(span.start, span.end).indexOf(value);
  starts.set(spec.at, at);
  const start = span.start + at + spec.offset;
  const end = start + spec.value.length;
  if (at === -1 || file.text.slice(start, end) !== spec.value || spec.value.includes(VERSION)) return undefined;
  return {
    kind: 'pin',
    span: { start, end },
    packageName: name,
    ecosystem,
    texts: { version: withVersion(VERSION), digest: withVersion(`${DIGEST}${VERSION}`) },
  };
}

/** How an image's digest begins, which stands behind another character than a tag. */
const DIGEST = 'sha256:';
/** Stands for the version in the texts of a fix; no program takes this character in an argument. */
const VERSION = '\0';

/** What a pin writes in the place of its span: the argument as it stands in the file, with this version in it. */
export function pinnedText({ texts }: PinFix, version: string): string {
  const digest = version.startsWith(DIGEST);
  return digest
    ? texts.digest.replace(`${DIGEST}${VERSION}`, () => version)
    : texts.version.replace(VERSION, () => version);
}
