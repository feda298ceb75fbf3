import type { DismissedFinding } from '../core/checkup/dismissed.ts';
import { sidesOf } from '../core/checkup/findings/aspects.ts';
import type { Coverage, CoveredFile } from '../core/checkup/model/checkupCoverage.ts';
import type { Aspect, Finding } from '../core/checkup/model/checkupModel.ts';
import { inEnglish, type Phrase } from '../core/text/phrase.ts';
import { printable } from '../core/text/printable.ts';
import type { Acceptance } from './acceptFile.ts';
import type { SarifPlaces } from './sarifPlaces.ts';
import { CHECKUP_DOCUMENTATION, sarifRules } from './sarifRules.ts';

declare const VALETKEY_VERSION: string;

const LEVELS = { error: 'error', warning: 'warning', information: 'note' } as const;

/** Findings that say that something was not checked. */
const UNCHECKED: ReadonlySet<string> = new Set([
  'broken-text',
  'files-not-reached',
  'folder-not-searched',
  'no-file',
  'no-permission',
  'not-readable',
  'not-utf8',
  'outside',
  'too-deep',
  'too-large',
  'too-many-findings',
  'took-too-long',
]);

/** What is longer is cut or refused where logs are taken. */
const MAX_MESSAGE = 1000;

/** What a run found, and in what. */
interface Checked {
  readonly findings: readonly Finding[];
  readonly accepted: readonly DismissedFinding<Acceptance>[];
  /** The file that accepts them; empty for none. */
  readonly acceptFile: string;
  readonly coverage: Coverage;
}

/** A SARIF 2.1.0 log (https://docs.oasis-open.org/sarif/sarif/v2.1.0/) of one run, as code scanning takes it. */
export function sarifLog({ findings, accepted, acceptFile, coverage }: Checked, places: SarifPlaces): object {
  const all = [...findings, ...accepted.map(({ finding }) => finding)];
  const codes = [...new Set(all.map(({ code }) => code))].sort();
  const indexes = new Map(codes.map((code, index) => [code, index]));
  const fingerprintOf = places.fingerprinter();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Valet Key',
            version: VALETKEY_VERSION,
            informationUri: CHECKUP_DOCUMENTATION,
            rules: sarifRules(codes),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: places.bases,
        invocations: [invocationOf(all, places)],
        artifacts: [
          ...coverage.files.map(({ path, servers, read }) => artifactOf(path, { servers, read }, places)),
          ...coverage.unreached.map((path) => artifactOf(path, { servers: 0, read: false }, places)),
        ],
        results: all.map((finding, index) => {
          const dismissal = accepted[index - findings.length]?.dismissal;
          return {
            ruleId: finding.code,
            ruleIndex: indexes.get(finding.code),
            partialFingerprints: { 'valetKeyFinding/v1': fingerprintOf(finding) },
            ...resultOf(finding, places),
            ...(dismissal && { suppressions: [suppressionOf(dismissal, acceptFile, places)] }),
          };
        }),
      },
    ],
  };
}

/** Findings that tell what was not looked at are of the run, too: code scanning shows them with its state. */
function invocationOf(findings: readonly Finding[], places: SarifPlaces): object {
  return {
    executionSuccessful: true,
    toolExecutionNotifications: findings
      .filter(({ code }) => UNCHECKED.has(code))
      .map(({ code, severity, message, file }) => ({
        descriptor: { id: code },
        level: LEVELS[severity],
        message: { text: plain(message) },
        locations: [{ physicalLocation: { artifactLocation: places.location(file) } }],
      })),
  };
}

/** Accepted elsewhere than in the file that it is about: such a finding is no alert, and its reason stands beside it (3.35). */
function suppressionOf({ kind, reason, line }: Acceptance, file: string, places: SarifPlaces): object {
  return {
    kind: 'external',
    status: 'accepted',
    justification: printable(reason),
    location: physical(file, { startLine: line }, places),
    properties: { kind },
  };
}

function artifactOf(file: string, properties: Omit<CoveredFile, 'path'>, places: SarifPlaces): object {
  return { location: places.location(file), roles: ['analysisTarget'], properties };
}

function resultOf(finding: Finding, places: SarifPlaces): object {
  const { severity, aspects = [] } = finding;
  const related = sidesOf(finding).flatMap((side) => side.related ?? []);
  return {
    level: LEVELS[severity],
    message: { text: shownText(finding) },
    locations: [locationOf(finding, places)],
    ...(aspects.length > 0 && { properties: { aspects: aspects.map(aspectOf) } }),
    ...(related.length > 0 && {
      relatedLocations: related.map(({ file, start, message }, index) => ({
        id: index,
        ...physical(file, { startLine: start.line, startColumn: start.column }, places),
        message: { text: plain(message) },
      })),
    }),
  };
}

/** Code scanning shows an alert's message and nothing of its other sides, so these follow, as far as there is room. */
function shownText(finding: Finding): string {
  const [first = '', ...others] = sidesOf(finding).map(({ message }) => plain(message));
  return others.reduce((text, other) => {
    const longer = `${text}\n\n${other}`;
    return longer.length > MAX_MESSAGE ? text : longer;
  }, first);
}

function aspectOf({ check, code, severity, message }: Aspect): object {
  return { check, code, level: LEVELS[severity], message: plain(message) };
}

function locationOf({ file, start, end, server, key }: Finding, places: SarifPlaces): object {
  const names = [server, key].filter((name) => name !== undefined).map(printable);
  const region = { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
  return {
    ...physical(file, region, places),
    ...(names.length > 0 && { logicalLocations: [{ name: names[0], fullyQualifiedName: names.join('') }] }),
  };
}

function physical(file: string, region: object, places: SarifPlaces): object {
  return { physicalLocation: { artifactLocation: places.location(file), region } };
}

/** `[text](target)` in a message is a link (3.11.6), and nothing that a file says may become one. */
function plain(message: Phrase): string {
  return printable(inEnglish(message)).replaceAll(/[\\[\]]/g, '\\$&');
}
