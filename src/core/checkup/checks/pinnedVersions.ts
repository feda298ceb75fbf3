import { packagesOf } from '../../packages/launches.ts';
import type { Ecosystem, PackageUse } from '../../packages/packageUse.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';
import { findingIn } from '../findings/finding.ts';
import type { Finding, Fix, ReadConfig, ServerEntry } from '../model/checkupModel.ts';
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
  return packagesOf(server).flatMap((use) => {
    if (use.pinned || use.looseness === undefined) return [];
    const local = use.perhapsLocal === true;
    const fix = pinFix(read, use);
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

function pinFix({ file }: ReadConfig, { ecosystem, name, spec, withVersion }: PackageUse): Fix | undefined {
  if (ecosystem === 'nuget' || ecosystem === 'go' || ecosystem === 'script') return undefined;
  const { span } = spec.at;
  // Only a text that stands in the file as it is, quotes apart, can be cut without knowing its escapes.
  const start = span.start + file.text.slice(span.start, span.end).indexOf(spec.at.value) + spec.offset;
  const end = start + spec.value.length;
  if (file.text.slice(start, end) !== spec.value) return undefined;
  return { kind: 'pin', span: { start, end }, packageName: masked(name), ecosystem, withVersion };
}
