import { brotliDecompressSync } from 'node:zlib';

/** What docs/checkup.md says of each code: scripts/lib/bundles.mjs puts it into the bundle, compressed. */
declare const CHECKUP_RULES: string;

/** By code. */
type Texts = Readonly<Record<string, { readonly check: number; readonly point: string; readonly text: string }>>;

export const CHECKUP_DOCUMENTATION = 'https://github.com/valet-key/valet-key/blob/main/docs/checkup.md';

type Level = 'error' | 'warning' | 'note';

/** How grave a finding is as a rule; the others are warnings. One of a kind may be milder, or graver. */
const LEVELS: ReadonlyMap<string, Level> = new Map<string, Level>([
  ...[
    'secret-token',
    'secret-value',
    'secret-authorization',
    'secret-connection-string',
    'secret-in-url',
    'docker-socket',
    'privileged-container',
    'trail-not-writable',
    'cleartext-transport',
    'shared-between-environments',
    'error-shows-credential',
    'credential-expired',
    'credential-rejected',
    'slow-freeze',
  ].map((code): [string, Level] => [code, 'error']),
  ...[
    'broad-token',
    'bypasses-valet-key',
    'byte-order-mark',
    'no-servers',
    'debug-output',
    'short-lived-token',
    'image-perhaps-local',
    'no-kill-switch',
  ].map((code): [string, Level] => [code, 'note']),
]);

/** Numbers by which code scanning sorts security alerts: over 7 high, over 4 medium. */
const SEVERITIES: Readonly<Record<Level, string>> = { error: '8.0', warning: '5.5', note: '2.0' };

/** https://cwe.mitre.org/, by the number of the point. */
const WEAKNESSES: Readonly<Record<number, string>> = {
  1: 'cwe-798', // hard-coded credentials
  2: 'cwe-250', // unnecessary privileges
  3: 'cwe-778', // insufficient logging
  5: 'cwe-319', // cleartext transmission
  7: 'cwe-532', // sensitive information in logs
  9: 'cwe-829', // code from outside of one's control
};

/** Rules of the log's tool (SARIF 2.1.0, 3.49), with all that GitHub's code scanning shows of one. */
export function sarifRules(codes: readonly string[]): readonly object[] {
  const texts: Texts = JSON.parse(brotliDecompressSync(Buffer.from(CHECKUP_RULES, 'base64')).toString('utf8'));
  return codes.map((code) => sarifRule(code, texts[code]));
}

function sarifRule(code: string, { check, point, text } = { check: 0, point: '', text: code }): object {
  const level = LEVELS.get(code) ?? 'warning';
  const plain = text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[*`]|\]\([^)]*\)/g, '')
    .replaceAll('[', '');
  const weakness = WEAKNESSES[check];
  const helpUri = `${CHECKUP_DOCUMENTATION}#${code}`;
  return {
    id: code,
    name: code.replaceAll(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    helpUri,
    shortDescription: { text: /^.*?[.:!?](?= |$)/.exec(plain)?.[0] ?? plain },
    fullDescription: { text: `${plain} Point ${check} of the checkup: ${point}.` },
    help: { text: `${point}. ${plain} ${helpUri}`, markdown: `**${point}**\n\n${text}\n\n[Documentation](${helpUri})` },
    defaultConfiguration: { level },
    properties: {
      check,
      'security-severity': SEVERITIES[level],
      precision: 'high',
      tags: ['security', 'mcp', ...(weakness === undefined ? [] : [`external/cwe/${weakness}`])],
    },
  };
}
