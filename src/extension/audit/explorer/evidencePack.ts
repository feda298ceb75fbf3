import { createHash } from 'node:crypto';
import { shownMarkdown } from '../../util/shownText.ts';

/** Folders may lie deep, and a repository names them as it likes. */
const MAX_LABEL = 200;

/** VS Code's translator, or one like it. */
interface Translator {
  t(message: string, ...values: (string | number)[]): string;
}

export interface EvidenceParts {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly version: string;
  /** The audit check as a Markdown document, and its answer. */
  readonly chain: { readonly ok: boolean; readonly records: number; readonly report: string };
  /** The calls of the last 30 days as a Markdown document. */
  readonly calls: string;
  /** The checkup as a Markdown document, and how many of the ten points pass; absent when it could not be run. */
  readonly checkup?: { readonly passed: number; readonly report: string };
  readonly policies: readonly EvidencePolicy[];
  /** The last time that the kill switch was tried. */
  readonly killSwitchTest?: { readonly at: number; readonly ms: number };
}

export interface EvidencePolicy {
  readonly label: string;
  /** What is approved; absent when nothing is. */
  readonly approved?: { readonly text: string; readonly at: number };
  /** How many changes wait for the user. */
  readonly pending: number;
}

/**
 * One document that a security lead can read from top to bottom: the answers first, then what they rest on. It holds no
 * credential, because none of its parts does.
 */
export function evidencePack(parts: EvidenceParts, l10n: Translator): string {
  const { chain, checkup, policies, killSwitchTest } = parts;
  return [
    `# ${l10n.t('Valet Key evidence pack')}`,
    '',
    l10n.t('Generated {0} by Valet Key {1}.', new Date(parts.at).toISOString(), parts.version),
    '',
    `| ${l10n.t('Question')} | ${l10n.t('Answer')} |`,
    '|---|---|',
    `| ${l10n.t('Is the audit log intact?')} | ${chain.ok ? l10n.t('Yes: {0} records, none altered', chain.records) : l10n.t('**No: it was altered**')} |`,
    `| ${l10n.t('How many of the ten points of the checkup pass?')} | ${checkup ? String(checkup.passed) : l10n.t('Not tested yet')} |`,
    `| ${l10n.t('What may agents do?')} | ${l10n.t(
      '{0} policy files, {1} changes wait for approval',
      policies.length,
      policies.reduce((sum, { pending }) => sum + pending, 0),
    )} |`,
    `| ${l10n.t('How fast is every agent cut off?')} | ${killSwitchTest ? l10n.t('Within {0} ms, tested {1}', killSwitchTest.ms, new Date(killSwitchTest.at).toISOString()) : l10n.t('Not tested yet')} |`,
    '',
    lowered(chain.report),
    lowered(parts.calls),
    ...(checkup ? [lowered(checkup.report)] : []),
    `## ${l10n.t('Policies')}`,
    '',
    l10n.t(
      'The approved text of each policy, with its SHA-256. A change that allows more has no effect until it is approved, too.',
    ),
    '',
    ...policies.flatMap((policy) => policyLines(policy, l10n)),
  ].join('\n');
}

function policyLines({ label, approved, pending }: EvidencePolicy, l10n: Translator): readonly string[] {
  const title = ['', `### ${shownMarkdown(label, MAX_LABEL)}`, ''];
  if (!approved) return [...title, l10n.t('Nothing in this file is approved.'), ''];
  const fence = '~'.repeat(Math.max(3, ...[...approved.text.matchAll(/~+/g)].map(([run]) => run.length + 1)));
  return [
    ...title,
    l10n.t('Approved {0}.', new Date(approved.at).toISOString()),
    `SHA-256: \`${createHash('sha256').update(approved.text).digest('hex')}\``,
    ...(pending > 0 ? [l10n.t('{0} changes wait for approval.', pending)] : []),
    '',
    `${fence}yaml`,
    approved.text.trimEnd(),
    fence,
    '',
  ];
}

/** Headings one level deeper, as parts of a larger document. */
function lowered(document: string): string {
  return document.replaceAll(/^(#{1,5}) /gm, '#$1 ');
}
