import { l10n, ThemeColor, ThemeIcon } from 'vscode';
import type { CheckNumber } from '../../../core/checkup/model/checkupModel.ts';
import type { Severity } from '../../../core/text/span.ts';
import type { OwnDismissal } from '../scan/dismissals.ts';
import type { Point, PointState } from '../scan/report.ts';

/** What a point is about: short, so that a narrow side bar has room for its state. */
export function pointTitle(check: CheckNumber): string {
  switch (check) {
    case 1:
      return l10n.t('Secrets in files');
    case 2:
      return l10n.t('Permissions');
    case 3:
      return l10n.t('Audit log');
    case 4:
      return l10n.t('Rotation');
    case 5:
      return l10n.t('Encryption');
    case 6:
      return l10n.t('Environments');
    case 7:
      return l10n.t('Leaks in errors');
    case 8:
      return l10n.t('Expiry');
    case 9:
      return l10n.t('Pinned versions');
    case 10:
      return l10n.t('Kill switch');
  }
}

/** Why a point matters, in a sentence or two. */
export function pointWhy(check: CheckNumber): string {
  switch (check) {
    case 1:
      return l10n.t(
        'Every program and agent that can read a configuration file can take the secret in it, and nobody would notice.',
      );
    case 2:
      return l10n.t('A prompt injection can make an agent do anything its servers allow. Allow only what it needs.');
    case 3:
      return l10n.t(
        'When something goes wrong, the first question is what was accessed, and by whom. Only recorded calls can answer it.',
      );
    case 4:
      return l10n.t(
        'A leaked credential is dangerous until it is replaced everywhere. The fewer places hold it, the sooner that is done.',
      );
    case 5:
      return l10n.t('Over plain HTTP, credentials and answers can be read and changed on the way.');
    case 6:
      return l10n.t('With one credential for two environments, a mistake in one harms the other.');
    case 7:
      return l10n.t('Errors and logs are copied into chats and reports, along with any secrets in them.');
    case 8:
      return l10n.t('A credential that expires without notice stops agents in the middle of their work.');
    case 9:
      return l10n.t('Without a version, the latest release runs on your machine the next time the server starts.');
    case 10:
      return l10n.t('When an agent misbehaves, you must be able to cut it off within a minute.');
  }
}

/** How a point stands, in words, with its count. */
export function pointStateText({ state, findings, beneath }: Point): string {
  const counts = [
    ...(findings.length === 0 ? [] : [state === 'pass' ? notesText(findings.length) : countText(findings.length)]),
    ...(beneath === 0 ? [] : [l10n.t('{0} under point 1', beneath)]),
  ];
  return [stateText(state), ...counts].join(', ');
}

function stateText(state: PointState): string {
  switch (state) {
    case 'pass':
      return l10n.t('pass');
    case 'warn':
      return l10n.t('warn');
    case 'fail':
      return l10n.t('fail');
    case 'not-applicable':
      return l10n.t('not applicable');
  }
}

function notesText(count: number): string {
  return count === 1 ? l10n.t('1 note') : l10n.t('{0} notes', count);
}

function countText(count: number): string {
  return count === 1 ? l10n.t('1 finding') : l10n.t('{0} findings', count);
}

export function pointIcon(state: PointState): ThemeIcon {
  switch (state) {
    case 'pass':
      return new ThemeIcon('pass', new ThemeColor('testing.iconPassed'));
    case 'warn':
      return new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
    case 'fail':
      return new ThemeIcon('error', new ThemeColor('list.errorForeground'));
    case 'not-applicable':
      return new ThemeIcon('circle-slash');
  }
}

export function severityText(severity: Severity): string {
  switch (severity) {
    case 'error':
      return l10n.t('error');
    case 'warning':
      return l10n.t('warning');
    case 'information':
      return l10n.t('information');
  }
}

export function severityIcon(severity: Severity): ThemeIcon {
  switch (severity) {
    case 'error':
      return new ThemeIcon('error', new ThemeColor('list.errorForeground'));
    case 'warning':
      return new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
    case 'information':
      return new ThemeIcon('info');
  }
}

export function dismissalText({ kind }: OwnDismissal): string {
  switch (kind) {
    case 'not-a-secret':
      return l10n.t('not a secret');
    case 'accepted-risk':
      return l10n.t('risk accepted');
  }
}
