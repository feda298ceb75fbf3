import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { sidesOf } from '../core/checkup/findings/aspects.ts';
import type { Coverage } from '../core/checkup/model/checkupCoverage.ts';
import type { Aspect, Finding } from '../core/checkup/model/checkupModel.ts';
import { inEnglish } from '../core/text/phrase.ts';

declare const VALETKEY_VERSION: string;

const LEVELS = { error: 'error', warning: 'warning', information: 'note' } as const;
const DOCS = 'https://github.com/valet-key/valet-key/blob/main/docs/checkup.md';

/** A SARIF 2.1.0 log (https://docs.oasis-open.org/sarif/sarif/v2.1.0/) of one run, as code scanning takes it. */
export function sarifLog(findings: readonly Finding[], coverage: Coverage): object {
  const codes = [...new Set(findings.map(({ code }) => code))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Valet Key',
            version: VALETKEY_VERSION,
            informationUri: DOCS,
            rules: codes.map((code) => ({
              id: code,
              helpUri: `${DOCS}#${code}`,
              shortDescription: { text: code.replaceAll('-', ' ') },
              properties: { check: findings.find((one) => one.code === code)?.check },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        artifacts: coverage.files.map(({ path: file, servers, read }) => ({
          location: { uri: uriOf(file) },
          roles: ['analysisTarget'],
          properties: { servers, read },
        })),
        results: findings.map((finding) => resultOf(finding, codes.indexOf(finding.code))),
      },
    ],
  };
}

function resultOf(finding: Finding, ruleIndex: number): object {
  const { code, severity, aspects = [] } = finding;
  const related = sidesOf(finding).flatMap((side) => side.related ?? []);
  return {
    ruleId: code,
    ruleIndex,
    level: LEVELS[severity],
    // Code scanning shows an alert's message and nothing of its other sides.
    message: {
      text: sidesOf(finding)
        .map(({ message }) => plain(inEnglish(message)))
        .join('\n\n'),
    },
    locations: [locationOf(finding)],
    ...(aspects.length > 0 && { properties: { aspects: aspects.map(aspectOf) } }),
    ...(related.length > 0 && {
      relatedLocations: related.map(({ file, start, message }, index) => ({
        id: index,
        ...physical(file, { startLine: start.line, startColumn: start.column }),
        message: { text: plain(inEnglish(message)) },
      })),
    }),
  };
}

function aspectOf({ check, code, severity, message }: Aspect): object {
  return { check, code, level: LEVELS[severity], message: plain(inEnglish(message)) };
}

function locationOf({ file, start, end, server, key }: Finding): object {
  const names = [server, key].filter((name) => name !== undefined);
  return {
    ...physical(file, { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column }),
    ...(names.length > 0 && { logicalLocations: [{ name: server ?? key, fullyQualifiedName: names.join('') }] }),
  };
}

function physical(file: string, region: object): object {
  return { physicalLocation: { artifactLocation: { uri: uriOf(file) }, region } };
}

function uriOf(file: string): string {
  return path.isAbsolute(file) ? pathToFileURL(file).href : file.split(path.sep).map(encodeURIComponent).join('/');
}

/** `[text](target)` in a message is a link (3.11.6), and nothing that a file says may become one. */
function plain(message: string): string {
  return message.replaceAll(/[\\[\]]/g, '\\$&');
}
