import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Finding } from '../core/checkup/model/checkupModel.ts';
import { inEnglish } from '../core/text/phrase.ts';

declare const VALETKEY_VERSION: string;

const LEVELS = { error: 'error', warning: 'warning', information: 'note' } as const;
const DOCS = 'https://github.com/valet-key/valet-key/blob/main/docs/checkup.md';

/** A SARIF 2.1.0 log (https://docs.oasis-open.org/sarif/sarif/v2.1.0/) of one run, as code scanning takes it. */
export function sarifLog(findings: readonly Finding[]): object {
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
        results: findings.map((finding) => ({
          ruleId: finding.code,
          ruleIndex: codes.indexOf(finding.code),
          level: LEVELS[finding.severity],
          message: { text: plain(inEnglish(finding.message)) },
          locations: [locationOf(finding)],
          ...(finding.related && {
            relatedLocations: finding.related.map(({ file, start, message }, index) => ({
              id: index,
              ...physical(file, { startLine: start.line, startColumn: start.column }),
              message: { text: plain(inEnglish(message)) },
            })),
          }),
        })),
      },
    ],
  };
}

function locationOf({ file, start, end, server, key }: Finding): object {
  const names = [server, key].filter((name) => name !== undefined);
  return {
    ...physical(file, { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column }),
    ...(names.length > 0 && { logicalLocations: [{ name: server ?? key, fullyQualifiedName: names.join('') }] }),
  };
}

function physical(file: string, region: object): object {
  const uri = path.isAbsolute(file) ? pathToFileURL(file).href : file.split(path.sep).map(encodeURIComponent).join('/');
  return { physicalLocation: { artifactLocation: { uri }, region } };
}

/** `[text](target)` in a message is a link (3.11.6), and nothing that a file says may become one. */
function plain(message: string): string {
  return message.replaceAll(/[\\[\]]/g, '\\$&');
}
