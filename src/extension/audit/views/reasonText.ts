import { l10n } from 'vscode';

interface Blocked {
  readonly code: string;
  readonly rule?: string | undefined;
  readonly inIt?: string;
  readonly heldBack?: true;
}

/** Why a call was blocked, in a few words. */
export function blockedText({ code, inIt, heldBack }: Blocked): string {
  if (heldBack) return l10n.t('held back, because an earlier call contained a credential');
  if (code === 'invalid_request' && inIt !== undefined) return l10n.t('the call contained a credential');
  return reasonText(code);
}

/** Why a call was refused or came to nothing, in a few words; for codes of docs/errors.md. */
export function reasonText(code: string): string {
  switch (code) {
    case 'invalid_request':
      return l10n.t('not a valid request');
    case 'unknown_service':
      return l10n.t('no such service');
    case 'policy_denied':
      return l10n.t('the policy does not allow it');
    case 'policy_not_approved':
      return l10n.t('not approved yet');
    case 'approval_denied':
      return l10n.t('you declined');
    case 'approval_pending':
      return l10n.t('waiting for your approval');
    case 'frozen':
      return l10n.t('access is frozen');
    case 'revoked':
      return l10n.t('the credential was revoked');
    case 'missing_credential':
      return l10n.t('no credential');
    case 'credential_expired':
      return l10n.t('the credential has expired');
    case 'credential_rejected':
      return l10n.t('the API rejected the credential');
    case 'origin_not_confirmed':
      return l10n.t('the credential was entered for another destination');
    case 'rate_limited':
      return l10n.t('the rate limit is reached');
    case 'request_too_large':
      return l10n.t('the request is too large');
    case 'response_too_large':
      return l10n.t('the answer is too large');
    case 'address_refused':
      return l10n.t('it leads to an address that is not allowed');
    case 'upstream_unreachable':
      return l10n.t('the API could not be reached');
    case 'upstream_timeout':
      return l10n.t('the API did not answer in time');
    case 'upstream_tls':
      return l10n.t('no secure connection');
    case 'cancelled':
      return l10n.t('the agent cancelled it');
    case 'gateway_unavailable':
      return l10n.t('the gateway was not ready');
    case 'audit_unavailable':
      return l10n.t('the audit log cannot be written');
    default:
      return l10n.t('an internal error');
  }
}

/** What the user can do about it, in one sentence; undefined where there is nothing. `rule` is the one that denied it. */
export function remedyText({ code, rule, inIt, heldBack }: Blocked): string | undefined {
  if (heldBack || inIt !== undefined) {
    return l10n.t(
      'Find out where the agent has the credential from, and rotate it. “Restart Gateway” lets agents call again.',
    );
  }
  switch (code) {
    case 'policy_denied':
      if (rule !== undefined)
        return l10n.t('A deny rule forbids this call. To allow it, change that rule and apply the change.');
      return l10n.t('If agents should be able to do this, add a rule to the policy file and apply it.');
    case 'policy_not_approved':
      return l10n.t('Review it with “Review and Apply Policy Changes”.');
    case 'frozen':
      return l10n.t('Run “Unfreeze” first.');
    case 'revoked':
    case 'missing_credential':
      return l10n.t('Enter the credential with “Enter Credential”.');
    case 'credential_expired':
    case 'credential_rejected':
    case 'origin_not_confirmed':
      return l10n.t('Enter the credential with “Rotate Credential”.');
    case 'rate_limited':
      return l10n.t('Wait, or raise “limits” in the policy file.');
    case 'address_refused':
      return l10n.t(
        'If the service is on this machine or a private network, say so with “network” in the policy file.',
      );
    case 'audit_unavailable':
      return l10n.t('Free up disk space. Nothing is sent without a record.');
    default:
      return undefined;
  }
}
