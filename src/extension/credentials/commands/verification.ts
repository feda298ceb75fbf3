import { l10n, ProgressLocation, window } from 'vscode';
import { errorText } from '../../../core/errorText.ts';
import type { Service, VerifyRequest } from '../../../core/policy/model/service.ts';
import type { Secret } from '../../../core/secret.ts';
import { findKnownService } from '../../../core/services/knownService.ts';
import { KNOWN_SERVICES } from '../../../core/services/knownServices.ts';
import type { VerifyingRequest } from '../../../core/services/verifyingRequest.ts';
import { phrase } from '../../../core/text/phrase.ts';
import type { Candidate, Renewal, Verification } from '../../../gateway/control/controlPort.ts';
import { conditionOf } from '../../../gateway/targets/service/verification.ts';
import type { App } from '../../app/app.ts';
import type { FreezeParts, GatewayPart } from '../../app/parts.ts';
import { chooseInModal } from '../../ui/confirm.ts';
import { localized } from '../../util/localized.ts';
import type { CredentialFindings } from '../model/credentialStore.ts';
import { needsSignIn, signIn } from './signIn.ts';

/** The request that would prove a service's credential: the policy's own, else the provider's, if that is known. */
export function verifyingRequestOf(service: Service): VerifyRequest | VerifyingRequest | undefined {
  return service.verify ?? findKnownService(service, KNOWN_SERVICES)?.verify;
}

/**
 * Verifies the stored credential, or a candidate, behind a progress that can be cancelled. Undefined when it was. Where
 * no gateway runs, the verification says so.
 */
export async function verify(
  app: GatewayPart,
  service: Service,
  candidate?: Candidate,
): Promise<Verification | undefined> {
  const controller = new AbortController();
  const title = l10n.t('Verifying the credential of “{0}” with {1}', service.name, requestText(service));
  const verification = await window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (_progress, token) => {
      token.onCancellationRequested(() => controller.abort());
      try {
        return await app.gateway.ask((control) =>
          control.verify(service.name, verifyingRequestOf(service), {
            signal: controller.signal,
            ...(candidate ? { candidate } : {}),
          }),
        );
      } catch (error) {
        return { outcome: 'unverified', why: phrase`${errorText(error)}` } satisfies Verification;
      }
    },
  );
  return controller.signal.aborted ? undefined : verification;
}

/** What is stored with a value that was verified so. */
export function findingsOf(verification: Verification): CredentialFindings {
  const condition = conditionOf(verification);
  const { expiresAt } = verification;
  return { ...(condition ? { condition } : {}), ...(expiresAt === undefined ? {} : { expiresAt }) };
}

/** How the user decides about a value that was just entered. */
export type CandidateDecision =
  | {
      readonly kind: 'use';
      /** What is to be stored: what was entered, or what came of it by signing in or by being tried. */
      readonly value: Secret;
      readonly findings: CredentialFindings;
      readonly note: string | undefined;
    }
  | { readonly kind: 'again' }
  | { readonly kind: 'cancel' };

/**
 * Verifies a value before it is stored, where a verifying request is known. It never stands in the way: what is rejected
 * or cannot be verified can be used anyway, and a frozen service is not asked about, so that a rotation in an emergency
 * takes no longer than it must.
 *
 * @param again the other way on, beside using a value that is in doubt
 */
export async function decideOnCandidate(
  app: App,
  service: Service,
  entered: Candidate,
  again = l10n.t('Enter Another'),
): Promise<CandidateDecision> {
  if (!needsSignIn(service)) return decideOnValue(app, service, entered, {}, again);
  const signedIn = await signIn(app, service, entered);
  if (!signedIn) return { kind: 'cancel' };
  return decideOnValue(app, service, { ...entered, value: signedIn.value }, expiryOf(signedIn), again);
}

async function decideOnValue(
  app: FreezeParts & GatewayPart,
  service: Service,
  candidate: Candidate,
  known: CredentialFindings,
  again: string,
): Promise<CandidateDecision> {
  const { value } = candidate;
  if (!verifyingRequestOf(service)) return { kind: 'use', value, findings: known, note: undefined };
  if (app.freeze.state.all || app.freeze.state.services.includes(service.name)) {
    return {
      kind: 'use',
      value,
      findings: known,
      note: l10n.t('The credential was not verified, because access is frozen.'),
    };
  }
  const verification = await verify(app, service, candidate);
  // A refresh token may be used up by being tried.
  const { renewal } = verification ?? {};
  const kept = { value: renewal?.value ?? value };
  const findings = { ...known, ...(verification ? findingsOf(verification) : {}), ...expiryOf(renewal) };
  switch (verification?.outcome) {
    case 'ready':
      return { kind: 'use', ...kept, findings, note: l10n.t('The API accepted the credential.') };
    case 'limited':
      return {
        kind: 'use',
        ...kept,
        findings,
        note: l10n.t('The credential is valid but lacks permission for this request (403).'),
      };
    default: {
      const anyway = l10n.t('Use Anyway');
      // The default is what is likelier to be right: a rejected value is mistyped, an API that is down says nothing.
      const ways = verification?.outcome === 'rejected' ? [again, anyway] : [anyway, again];
      const chosen = await chooseInModal({ warning: true, ...doubtText(service, verification) }, ways);
      if (chosen === anyway) {
        return {
          kind: 'use',
          ...kept,
          findings: verification ? findings : { ...findings, condition: 'unverified' },
          note: verification?.outcome === 'rejected' ? undefined : l10n.t('The credential was not verified.'),
        };
      }
      return { kind: chosen === again ? 'again' : 'cancel' };
    }
  }
}

function expiryOf(renewal: Renewal | undefined): CredentialFindings {
  return renewal?.expiresAt === undefined ? {} : { expiresAt: renewal.expiresAt };
}

/** Such as `GET https://api.stripe.com/v1/balance`. */
export function requestText(service: Service): string {
  const request = verifyingRequestOf(service);
  return request ? `${request.method} ${service.baseUrl.origin}${service.baseUrl.prefix}${request.path}` : '';
}

function doubtText(
  service: Service,
  verification: Verification | undefined,
): { readonly message: string; readonly detail: string } {
  if (verification?.outcome === 'rejected') {
    return {
      message: l10n.t('“{0}” rejected this credential.', service.name),
      detail:
        verification.status === undefined
          ? l10n.t('{0}\n\nNothing is stored yet.', localized(verification.why) ?? '')
          : l10n.t(
              '{0} was answered with {1}. The credential may be mistyped, revoked, or for another environment.\n\nNothing is stored yet.',
              requestText(service),
              String(verification.status ?? 401),
            ),
    };
  }
  return {
    message: l10n.t('This credential could not be verified.'),
    detail: l10n.t(
      '{0}\n\nThat says nothing about the credential itself. Nothing is stored yet.',
      localized(verification?.why) ?? l10n.t('The verification was cancelled.'),
    ),
  };
}
