import { HELD_BACK } from '../../../core/audit/heldBack.ts';
import type { BaseUrl } from '../../../core/net/baseUrl.ts';
import { suggest } from '../../../core/policy/text/suggest.ts';
import { SAFE_METHODS } from '../../../core/request/parts/requestModel.ts';
import { inEnglish, type Phrase, phrase } from '../../../core/text/phrase.ts';
import { DO_NOT_REPEAT, READ_AGAIN } from '../../../protocol/brokenCall.ts';
import type { ErrorCode, Refusal } from '../../../protocol/messages.ts';
import type { Remedy, ToldRefusal } from '../../control/controlPort.ts';
import type { Missing } from '../../policies/missingRule.ts';
import type { MeantPath } from '../../policies/repeatedPrefix.ts';

/**
 * The closed list of what a gateway answers instead of an API's answer. Each is made by a function here, so that every
 * text says what happened and what to do next, and every one says whether the request may have been sent.
 *
 * None quotes anything of the call. An agent knows its own words, and a copy with credentials taken out would tell it which
 * of them is one: texts name arguments by their places, and quote what the policy says.
 */
export class RefusalError extends Error {
  /** As the user gets it. */
  readonly told: ToldRefusal;
  /** As agents and records get it. */
  readonly refusal: Refusal;
  /** Why a credential was rejected, or VS Code has no session to use: for the state of its service. */
  readonly why: Phrase | undefined;
  /** What mends it, where that is no other credential. */
  readonly remedy: Remedy | undefined;
  /** What its record says besides: see {@link HELD_BACK}. */
  readonly subject: string | undefined;

  constructor(
    told: ToldRefusal,
    {
      why,
      remedy,
      subject,
      ...options
    }: ErrorOptions & { readonly why?: Phrase; readonly remedy?: Remedy; readonly subject?: string } = {},
  ) {
    const message = inEnglish(told.message);
    super(message, options);
    this.told = told;
    this.refusal = { ...told, message, nextStep: inEnglish(told.nextStep) };
    this.why = why;
    this.remedy = remedy;
    this.subject = subject;
  }
}

/** So many names of services are listed. */
const MAX_NAMES = 20;

export function refuse(
  code: ErrorCode,
  message: Phrase,
  nextStep: Phrase,
  more: Partial<Omit<ToldRefusal, 'code' | 'message' | 'nextStep'>> = {},
): RefusalError {
  return new RefusalError({ code, message, nextStep, sent: 'no', ...more });
}

/** For a call that may have reached its target: only its agent is told. */
export const NOT_AGAIN = phrase`${DO_NOT_REPEAT}`;
export const ASK_THE_USER = phrase`Tell the user, and do not work around it through the terminal.`;
const DECLINED = phrase`Do not repeat this call, and do not ask for it again: the user was asked to allow it, and declined. ${ASK_THE_USER}`;

/** What can be done about a denied call: each leads on, or says that nothing does. */
function waysOn(missing: Missing): Phrase {
  switch (missing.by) {
    case 'request_access':
      return phrase`Do not repeat this call. If the task needs it, call request_access with the same service, method and path; the narrowest rule that the user could add is: ${missing.rule}`;
    case 'user':
      return phrase`Do not repeat this call. request_access cannot ask for it, since it names no GraphQL operation. If the task needs it, ask the user to write this rule into the policy file, with what is in angle brackets filled in: ${missing.rule}`;
    case 'request':
      return phrase`Do not repeat this call as it is. A rule can allow only what can be read: send {"query": "…", "variables": {…}} as json, with the whole GraphQL document and nothing else in it.`;
    case 'nothing':
      return phrase`Do not repeat this call, and do not ask for it with request_access: a rule that the user adds would not allow it, since deny rules win. ${ASK_THE_USER}`;
  }
}

const BROKEN: ReadonlySet<string> = new Set([
  'upstream_unreachable',
  'upstream_timeout',
  'cancelled',
  'gateway_unavailable',
]);

/** The refusal of a call with that method: a read that broke may be repeated. */
export function ofMethod(refusal: Refusal, method: string | undefined): Refusal {
  const isBrokenRead = SAFE_METHODS.has(method) && BROKEN.has(refusal.code);
  if (!isBrokenRead) return refusal;
  return { ...refusal, nextStep: refusal.nextStep.replace(DO_NOT_REPEAT, READ_AGAIN) };
}

export type Sent = Refusal['sent'];

export const refusals = {
  invalidRequest: (message: Phrase, nextStep: Phrase, service?: string): RefusalError =>
    refuse('invalid_request', message, nextStep, service === undefined ? {} : { service }),

  /** `path` is the right one, where it may be quoted. */
  repeatedPrefix: (
    service: string,
    { origin, prefix }: BaseUrl,
    { repeated, path, hasQuery }: MeantPath,
  ): RefusalError =>
    refuse(
      'invalid_request',
      phrase`The path begins with ${repeated}, with which the base URL of ${service} already ends: paths are below ${origin + prefix}.`,
      path === undefined
        ? phrase`Nothing was sent. Call again with the same path without ${repeated} at its beginning. If the API has ${repeated} twice, ask the user for a rule whose path begins with it.`
        : hasQuery
          ? phrase`Nothing was sent. Call again with the path ${path} and the same query. If the API has ${repeated} twice, ask the user for a rule whose path begins with it.`
          : phrase`Nothing was sent. Call again with the path ${path}. If the API has ${repeated} twice, ask the user for a rule whose path begins with it.`,
      { service },
    ),

  /** Only for a call that would pass: it says that a guess was right. */
  credentialInCall: (service: string): RefusalError =>
    refuse(
      'invalid_request',
      phrase`This call contains a credential that Valet Key keeps, so nothing was sent.`,
      phrase`Leave it out: Valet Key adds the credential itself. The user has been told, and few calls of this agent pass in the next hour.`,
      { service },
    ),

  /** `everybody`: whatever agent calls. The same words for a right guess and a wrong one. */
  heldBack: (service: string, retryAfterMs: number, everybody: boolean): RefusalError =>
    new RefusalError(
      {
        code: 'rate_limited',
        message: everybody
          ? phrase`Several calls of the last hour contained a credential that Valet Key keeps, so no call of any agent passes for now.`
          : phrase`An earlier call of this agent contained a credential that Valet Key keeps, so few of its calls pass for an hour.`,
        nextStep: phrase`Nothing was sent. Tell the user, who can end this with "Valet Key: Restart Gateway" in VS Code, or continue in ${Math.ceil(retryAfterMs / 60_000)} minutes without any credential in a call.`,
        sent: 'no',
        service,
        retryAfterMs: Math.ceil(retryAfterMs),
      },
      { subject: HELD_BACK },
    ),

  /** Of the name that was asked for nothing is said but which of the known ones is near it. */
  unknownService: (asked: string, known: readonly string[]): RefusalError => {
    const meant = suggest(asked, known);
    const listed = known.filter((name) => name !== meant).slice(0, MAX_NAMES - (meant === undefined ? 0 : 1));
    const shown = meant === undefined ? listed : [meant, ...listed];
    const more = known.length - shown.length;
    return refuse(
      'unknown_service',
      phrase`No policy names the service that the argument \`service\` gives.`,
      known.length === 0
        ? phrase`No service is set up yet. Ask the user to run "Valet Key: Add Service" in VS Code.`
        : phrase`${meant === undefined ? phrase`` : phrase`Did you mean ${meant}? `}${
            more > 0
              ? phrase`Use one of: ${shown}, and ${more} more. Call list_services for all of them and what each allows.`
              : phrase`Use one of: ${shown}. Call list_services for what each allows.`
          }`,
    );
  },

  /** `declined`: the user was asked for the rule that is missing, and said no. */
  policyDenied: (
    service: string,
    reason: Phrase,
    where: Phrase,
    missing: Missing | 'declined',
    rule?: string,
  ): RefusalError =>
    refuse('policy_denied', phrase`${reason} See ${where}.`, missing === 'declined' ? DECLINED : waysOn(missing), {
      service,
      ...(rule === undefined ? {} : { rule }),
    }),

  policyNotApproved: (service: string, why: Phrase): RefusalError =>
    refuse(
      'policy_not_approved',
      phrase`${why}.`,
      phrase`Ask the user to run "Valet Key: Review and Apply Policy Changes" in VS Code. ${ASK_THE_USER}`,
      { service },
    ),

  forbiddenByAdministrator: (service: string, why: Phrase): RefusalError =>
    refuse(
      'policy_not_approved',
      phrase`${service} is not usable here: ${why}.`,
      phrase`Do not repeat this call: only the administrator of this machine can change that. ${ASK_THE_USER}`,
      { service },
    ),

  deniedByAdministrator: (service: string, reason: Phrase, where: Phrase, rule?: string): RefusalError =>
    refuse(
      'policy_denied',
      phrase`${reason} See ${where}.`,
      phrase`Do not repeat this call: only the administrator of this machine can change that. ${ASK_THE_USER}`,
      { service, ...(rule === undefined ? {} : { rule }) },
    ),

  untrustedWorkspace: (service: string): RefusalError =>
    refuse(
      'policy_not_approved',
      phrase`The workspace of this VS Code window is not trusted, so every call is refused.`,
      phrase`Ask the user to trust the workspace (Workspaces: Manage Workspace Trust) or to use another window.`,
      { service },
    ),

  approvalDenied: (service: string, why: Phrase): RefusalError =>
    refuse('approval_denied', phrase`${why}.`, phrase`Do not repeat this call. ${ASK_THE_USER}`, { service }),

  agentFrozen: (sent: Sent): RefusalError =>
    refuse(
      'frozen',
      phrase`The user has frozen this agent.`,
      sent === 'no'
        ? phrase`Stop calling. Only the user can unfreeze this agent, with "Valet Key: Unfreeze Agent" in VS Code.`
        : phrase`Stop calling. The call was cut off by the freeze and may have taken effect; only the user can unfreeze.`,
      { sent },
    ),

  agentWaits: (sent: Sent): RefusalError =>
    refuse(
      'approval_pending',
      sent === 'no'
        ? phrase`This agent is new to Valet Key: the user has to allow it once.`
        : phrase`The user stopped allowing this agent, and the call was cut off.`,
      sent === 'no'
        ? phrase`Ask the user to run "Valet Key: Allow Agent" in VS Code, where this agent waits in the Agents view. Then repeat this identical call.`
        : NOT_AGAIN,
      { sent },
    ),

  approvalPending: (service: string, approvalId: string): RefusalError =>
    refuse(
      'approval_pending',
      phrase`The policy of ${service} requires approval for this request, and the user has not answered in VS Code yet.`,
      phrase`Tell the user that it waits, then repeat this identical call: it keeps waiting for the same answer, and passes once they allow it. Change nothing in it.`,
      { service, approvalId },
    ),

  /** The client would have given up before the answer, without a word, and its agent would have sent it all once more. */
  allowedLate: (service: string): RefusalError =>
    refuse(
      'approval_pending',
      phrase`This request is allowed now, but the answer took so long that little is left of the time your client waits for a call. Nothing was sent.`,
      phrase`Repeat this identical call now: within 10 minutes it passes without another question. Change nothing in it.`,
      { service },
    ),

  approvalOutdated: (service: string): RefusalError =>
    refuse(
      'approval_denied',
      phrase`The policy changed just as the approved request was about to be sent, so nothing was sent.`,
      phrase`Repeat this identical call once: the user is asked again.`,
      { service },
    ),

  tooManyQuestions: (service: string, open: number): RefusalError =>
    refuse(
      'rate_limited',
      phrase`${open} requests already wait for the user, so the user was not asked about this one.`,
      phrase`Tell the user that requests wait in VS Code ("Valet Key: Review Pending Approvals"), and call again once they are answered.`,
      { service, retryAfterMs: 30_000 },
    ),

  frozen: (service: string, all: boolean, sent: Sent): RefusalError =>
    refuse(
      'frozen',
      all ? phrase`All access is frozen.` : phrase`Access to ${service} is frozen.`,
      sent === 'no'
        ? phrase`Stop calling. Only the user can unfreeze, with "Valet Key: Unfreeze" in VS Code.`
        : phrase`Stop calling. The call was cut off by the freeze and may have taken effect; only the user can unfreeze.`,
      { service, sent },
    ),

  revoked: (service: string, sent: Sent): RefusalError =>
    refuse(
      'revoked',
      phrase`The credential of ${service} was revoked.`,
      sent === 'no'
        ? phrase`Stop calling. The user can enter a new one with "Valet Key: Enter Credential" in VS Code.`
        : phrase`Stop calling. The call was cut off by the revocation and may have taken effect.`,
      { service, sent },
    ),

  missingCredential: (service: string): RefusalError =>
    refuse(
      'missing_credential',
      phrase`No credential is stored for ${service}.`,
      phrase`Ask the user to run "Valet Key: Enter Credential" for ${service} in VS Code. Do not look for the key yourself.`,
      { service },
    ),

  /** The user allowed VS Code's session, and VS Code has none to give. */
  sessionMissing: (service: string, provider: string): RefusalError =>
    new RefusalError(
      {
        code: 'missing_credential',
        message: phrase`VS Code has no ${provider} session that ${service} may use, or the API refused the existing one.`,
        nextStep: phrase`Ask the user to sign in with "Accounts" in VS Code, and to run "Valet Key: Rotate Credential" for ${service}.`,
        sent: 'no',
        service,
      },
      { why: phrase`VS Code has no ${provider} session for it, or the API refused the existing one` },
    ),

  /** `why` quotes nothing that the command wrote. */
  commandFailed: (service: string, why: Phrase): RefusalError =>
    refuse(
      'missing_credential',
      phrase`The command that provides the credential of ${service} failed: ${why}.`,
      phrase`Nothing was sent. Ask the user to unlock the program that keeps the credential, or to correct the command with "Valet Key: Take Credential from a Command" for ${service} in VS Code. Do not run the command yourself.`,
      { service },
    ),

  credentialExpired: (service: string, why: Phrase): RefusalError =>
    refuse(
      'credential_expired',
      phrase`The credential of ${service} has expired: ${why}.`,
      phrase`Nothing was sent. Ask the user to run "Valet Key: Rotate Credential" for ${service} in VS Code; calling again will not help.`,
      { service },
    ),

  /** `nextStep` is what the user can do about it. */
  credentialRejected: (
    service: string,
    why: Phrase,
    nextStep: Phrase,
    { sent = 'no', remedy }: { readonly sent?: Sent; readonly remedy?: Remedy } = {},
  ): RefusalError =>
    new RefusalError(
      {
        code: 'credential_rejected',
        message: phrase`The credential of ${service} was rejected: ${why}.`,
        nextStep: phrase`${nextStep} ${sent === 'no' ? phrase`Nothing was sent, and calling again will not help.` : NOT_AGAIN}`,
        sent,
        service,
      },
      { why, ...(remedy ? { remedy } : {}) },
    ),

  tokenUnavailable: (service: string, host: string, why: Phrase, retryAfterMs: number): RefusalError =>
    refuse(
      'upstream_unreachable',
      phrase`There is no access token for ${service}: the token endpoint at ${host} is not available (${why}).`,
      phrase`Nothing was sent to ${service}, and its credential is untouched. Try again in ${Math.ceil(retryAfterMs / 1000)} s, or tell the user.`,
      { service, retryAfterMs: Math.ceil(retryAfterMs) },
    ),

  originNotConfirmed: (service: string, what: Phrase): RefusalError =>
    refuse(
      'origin_not_confirmed',
      phrase`The credential of ${service} was entered for a different destination: ${what}.`,
      phrase`Ask the user to enter the credential again for the new destination ("Valet Key: Rotate Credential"), or to restore the old destination.`,
      { service },
    ),

  rateLimited: (service: string, what: Phrase, retryAfterMs: number): RefusalError =>
    refuse(
      'rate_limited',
      phrase`Rate limit for ${service} reached: ${what}.`,
      phrase`Retry after ${Math.ceil(retryAfterMs / 1000)} s.`,
      { service, retryAfterMs: Math.ceil(retryAfterMs) },
    ),

  /** Each of them has to be known as long as it lives, so that fewer are made rather than any forgotten. */
  tooManyTokens: (service: string, retryAfterMs: number): RefusalError =>
    refuse(
      'rate_limited',
      phrase`${service} needed more access tokens within a minute than Valet Key requests for it.`,
      phrase`Nothing was sent. Retry after ${Math.ceil(retryAfterMs / 1000)} s. If this happens again, tell the user that the tokens of ${service} expire too soon.`,
      { service, retryAfterMs: Math.ceil(retryAfterMs) },
    ),

  /** The same for signatures. */
  tooManySignatures: (service: string, dated: boolean, retryAfterMs: number): RefusalError =>
    refuse(
      'rate_limited',
      dated
        ? phrase`${service} had more requests signed than Valet Key signs in an hour.`
        : phrase`${service} had more requests signed than Valet Key signs in a day, as its signatures have no date and never expire.`,
      dated
        ? phrase`Nothing was sent. Retry after ${Math.ceil(retryAfterMs / 1000)} s.`
        : phrase`Nothing was sent. Retry after ${Math.ceil(retryAfterMs / 1000)} s, or ask the user to add {timestamp} to sign in the policy, if the API accepts that.`,
      { service, retryAfterMs: Math.ceil(retryAfterMs) },
    ),

  tooBusy: (service: string, concurrent: number): RefusalError =>
    refuse(
      'rate_limited',
      phrase`${service} had ${concurrent} calls in progress for the whole timeout.`,
      phrase`Send fewer calls at once.`,
      { service, retryAfterMs: 1000 },
    ),

  /** Of calls that were not even taken, unlike those that waited in vain. */
  tooMany: (calls: number): RefusalError =>
    refuse(
      'rate_limited',
      phrase`This agent already has ${calls} calls in progress, or sent too much at once, so this call was not accepted.`,
      phrase`Wait for answers, or cancel calls, then try again.`,
      { retryAfterMs: 1000 },
    ),

  askedTooOften: (tool: 'list_services' | 'request_access', retryAfterMs: number): RefusalError =>
    refuse(
      'rate_limited',
      phrase`${tool} was called too often on this connection.`,
      phrase`Retry after ${Math.ceil(retryAfterMs / 1000)} s, or use its earlier answer.`,
      { retryAfterMs: Math.ceil(retryAfterMs) },
    ),

  refusedTooOften: (retryAfterMs: number): RefusalError =>
    refuse(
      'rate_limited',
      phrase`Too many calls of this agent were refused recently, so this one was not processed.`,
      phrase`Nothing was sent. Retry after ${Math.ceil(retryAfterMs / 1000)} s, and do not repeat refused calls.`,
      { retryAfterMs: Math.ceil(retryAfterMs) },
    ),

  tooHeavy: (most: number): RefusalError =>
    refuse(
      'request_too_large',
      phrase`The call is larger than any service accepts, or has more than ${most} objects, lists and names, so it was not read.`,
      phrase`Send it in several calls, or send a body that is already text as text.`,
    ),

  requestTooLarge: (message: Phrase, nextStep: Phrase, service: string): RefusalError =>
    refuse('request_too_large', message, nextStep, { service }),

  /** `isOverCap`: over `limits.responseBytes`, which the user can raise, and not over one of the sizes that are fixed. */
  responseTooLarge: (service: string, what: Phrase, isOverCap: boolean): RefusalError =>
    refuse(
      'response_too_large',
      phrase`The answer of ${service} is too large: ${what}.`,
      isOverCap
        ? phrase`The request reached the API. Ask for less with its own paging or filter parameters (select and maxChars come too late), or ask the user to raise \`limits.responseBytes\` of ${service} in the policy; for anything but a read, check the state before sending another call.`
        : phrase`The request reached the API. Ask for less with its own paging or filter parameters (select and maxChars come too late); for anything but a read, check the state before sending another call.`,
      { service, sent: 'yes' },
    ),

  addressRefused: (service: string, host: string, network: string): RefusalError =>
    refuse(
      'address_refused',
      phrase`${host} resolves to an address that ${service} may not use (network: ${network}).`,
      phrase`Tell the user: the name points to this machine, its network or a metadata service. If that is intended, the policy needs "network: private" or "network: loopback".`,
      { service },
    ),

  notLookedThrough: (service: string, why: Phrase, sent: Sent): RefusalError =>
    sent === 'no'
      ? refuse(
          'request_too_large',
          phrase`The request was not passed on: ${why}.`,
          phrase`Nothing was sent. Send less at once.`,
          {
            service,
          },
        )
      : refuse(
          'response_too_large',
          phrase`The answer of ${service} was withheld: ${why}.`,
          phrase`The call reached it. Ask for less; for anything but a read, check the state before another call.`,
          { service, sent },
        ),

  unreachable: (service: string, host: string, why: Phrase, sent: Sent): RefusalError =>
    refuse(
      'upstream_unreachable',
      sent === 'no' ? phrase`${host} could not be reached: ${why}.` : phrase`The connection to ${host} broke: ${why}.`,
      sent === 'no' ? phrase`Nothing was sent. Try again later, or tell the user.` : NOT_AGAIN,
      { service, sent },
    ),

  timeout: (service: string, timeoutMs: number, sent: Sent): RefusalError =>
    refuse(
      'upstream_timeout',
      phrase`${service} did not answer in full within ${timeoutMs / 1000} s.`,
      sent === 'no' ? phrase`Nothing was sent. Try again later, or tell the user.` : NOT_AGAIN,
      { service, sent },
    ),

  tls: (service: string, host: string, why: Phrase): RefusalError =>
    refuse(
      'upstream_tls',
      phrase`The secure connection to ${host} was refused: ${why}.`,
      phrase`Nothing was sent. Tell the user: the certificate cannot be verified, or something intercepts the connection to the API.`,
      { service },
    ),

  cancelled: (service: string, sent: Sent): RefusalError =>
    refuse('cancelled', phrase`The call was cancelled.`, sent === 'no' ? phrase`Nothing was sent.` : NOT_AGAIN, {
      service,
      sent,
    }),

  gatewayStarting: (service?: string): RefusalError =>
    refuse(
      'gateway_unavailable',
      phrase`The gateway is starting and has not read its policies yet.`,
      phrase`Nothing was sent. Call again in a few seconds.`,
      service === undefined ? {} : { service },
    ),

  /** `where` names an argument. */
  outOfForm: (where: string): RefusalError =>
    refuse(
      'invalid_request',
      where === ''
        ? phrase`The call is not valid.`
        : phrase`The call is not valid: ${where} has the wrong type or is too long.`,
      phrase`Nothing was sent. Correct the arguments and call again.`,
    ),

  /** It is tried again; meanwhile nobody knows what the files forbid. */
  policyBeingRead: (files: readonly string[], service?: string): RefusalError =>
    refuse(
      'gateway_unavailable',
      phrase`The policy has not been read yet (${files}), because this machine is very busy. Valet Key keeps trying.`,
      phrase`Nothing was sent. Call again in a few seconds.`,
      service === undefined ? {} : { service },
    ),

  policyUnread: (files: readonly string[], service?: string): RefusalError =>
    refuse(
      'gateway_unavailable',
      phrase`A policy file could not be read in time (${files}), so nothing in it is allowed.`,
      phrase`Nothing was sent. Tell the user: to have the file read again, save it or run "Valet Key: Restart Gateway" in VS Code; a file that takes over a second to read must be made shorter.`,
      service === undefined ? {} : { service },
    ),

  gatewayStopping: (service: string, sent: Sent): RefusalError =>
    refuse(
      'gateway_unavailable',
      phrase`The gateway is shutting down.`,
      sent === 'no' ? phrase`Nothing was sent. VS Code may be restarting: call again in a few seconds.` : NOT_AGAIN,
      { service, sent },
    ),

  auditUnavailable: (service: string, sent: Sent): RefusalError =>
    refuse(
      'audit_unavailable',
      phrase`The audit log cannot be written, so no call is made.`,
      phrase`Tell the user: the disk may be full or the audit folder may not be writable ("Valet Key: Show Status" has the details).`,
      { service, sent },
    ),

  internal: (service: string | undefined, sent: Sent, cause: unknown): RefusalError =>
    new RefusalError(
      {
        code: 'internal',
        message: phrase`Internal error; see the Valet Key log.`,
        nextStep: sent === 'no' ? phrase`Nothing was sent. Tell the user.` : NOT_AGAIN,
        sent,
        ...(service === undefined ? {} : { service }),
      },
      { cause },
    ),
};
