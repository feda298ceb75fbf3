import { l10n } from 'vscode';
import { agentWords } from '../../../core/audit/agentWords.ts';
import type { ApprovalQuestion } from '../../../gateway/control/controlPort.ts';
import { localized } from '../../util/localized.ts';
import { bodyLines, bodyOnOneLine, cut, oneLine, queryLines } from './requestText.ts';

/** What fits a dialog, in characters; *Details* has everything. */
const MAX_URL = 400;
const MAX_BODY = 300;
const MAX_REASON = 200;

/** The dialog's question. */
export function dialogTitle(question: ApprovalQuestion): string {
  const { agent, service } = question;
  return isToolCall(question)
    ? l10n.t('Let “{0}” call this tool of the MCP server “{1}”?', agent.name, service)
    : l10n.t('Let “{0}” send this request to “{1}”?', agent.name, service);
}

/** Whether it is about an upstream MCP server's tool: a request to a service has a method of HTTP's. */
export function isToolCall({ method }: ApprovalQuestion): boolean {
  return method === 'tools/call';
}

/** The dialog's text: the exact request first, what the agent says of it last. */
export function dialogDetail(question: ApprovalQuestion, others: number): string {
  const { method, body, reason, rule } = question;
  const url = cut(oneLine(question.url), MAX_URL);
  const bodyText = body && bodyOnOneLine(body, MAX_BODY);
  const headers = question.headers.map(([name]) => name).join(', ');
  return [
    isToolCall(question) ? l10n.t('Tool: {0}', url.text) : `${method} ${url.text}${more(url.left)}`,
    ...(body && bodyText ? ['', bodyTitle(question, body.contentType, `${bodyText.text}${more(bodyText.left)}`)] : []),
    ...(headers === '' ? [] : [l10n.t('Headers: {0}', oneLine(headers))]),
    '',
    ...credentialLines(question),
    agentText(question),
    ...(reason === undefined ? [] : [l10n.t('The agent’s own words: “{0}”', agentWords(reason, MAX_REASON))]),
    l10n.t('The rule that asks: {0} ({1}, line {2})', localized(rule.text), rule.file, rule.line),
    ...(others > 0
      ? ['', others === 1 ? l10n.t('1 more request waits.') : l10n.t('{0} more requests wait.', others)]
      : []),
  ].join('\n');
}

/** Everything, for reading. What the agent chose is indented, so that none of it looks like a heading of ours. */
export function detailsText(question: ApprovalQuestion): string {
  const { method, url, headers, body, reason, rule } = question;
  const section = (title: string, lines: readonly string[]): readonly string[] => [
    title,
    ...lines.map((line) => `    ${line}`),
    '',
  ];
  return [
    l10n.t('This request waits for your approval. Nothing has been sent yet.'),
    '',
    ...section(isToolCall(question) ? l10n.t('Tool') : l10n.t('Request'), [
      isToolCall(question) ? oneLine(url) : `${method} ${oneLine(url)}`,
    ]),
    // The end of a long line is out of sight, and a dialog cuts it.
    ...(isToolCall(question) || queryLines(url).length === 0
      ? []
      : section(l10n.t('Query parameters'), queryLines(url))),
    ...(headers.length === 0
      ? []
      : section(
          l10n.t('Headers sent with each request, besides the credential'),
          headers.map(([name, value]) => oneLine(`${name}: ${value}`)),
        )),
    ...(body
      ? section(
          isToolCall(question) ? l10n.t('Arguments') : l10n.t('Body ({0})', oneLine(body.contentType)),
          bodyLines(body),
        )
      : []),
    ...(isToolCall(question) ? [] : section(l10n.t('Credential'), credentialLines(question))),
    ...section(l10n.t('Agent'), [
      agentText(question),
      ...(reason === undefined ? [] : [l10n.t('The agent’s own words: “{0}”', agentWords(reason, 1000))]),
    ]),
    ...section(l10n.t('The rule that asks'), [localized(rule.text), l10n.t('{0}, line {1}', rule.file, rule.line)]),
  ].join('\n');
}

function bodyTitle(question: ApprovalQuestion, contentType: string, text: string): string {
  return isToolCall(question) ? l10n.t('Arguments: {0}', text) : l10n.t('Body ({0}): {1}', oneLine(contentType), text);
}

/** None for a tool: which credentials its server has, was decided when it was wrapped. */
function credentialLines(question: ApprovalQuestion): readonly string[] {
  return isToolCall(question) ? [] : [credentialText(question)];
}

function credentialText({ credential, service, environment }: ApprovalQuestion): string {
  const shown = credential && credential.last4 !== '' ? `${service} ••••${credential.last4}` : service;
  return environment === undefined
    ? l10n.t('Credential: {0}', shown)
    : l10n.t('Credential: {0}, environment: {1}', shown, environment);
}

/** Agents name themselves, and the dialog says so. */
function agentText({ agent }: ApprovalQuestion): string {
  const raw = [agent.rawName, agent.version].filter((part) => part !== undefined && part !== '').join(' ');
  return raw === ''
    ? l10n.t('Agent: {0}', agent.name)
    : l10n.t('Agent: {0} (calls itself “{1}”)', agent.name, agentWords(raw, 100));
}

function more(left: number): string {
  return left === 0 ? '' : l10n.t('… ({0} more characters, see Details)', left);
}
