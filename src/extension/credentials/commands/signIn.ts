import { env, l10n, ProgressLocation, UIKind, Uri, window } from 'vscode';
import type { OAuth2Auth } from '../../../core/policy/auth/oauth2.ts';
import type { Service } from '../../../core/policy/model/service.ts';
import type { Candidate, Renewal } from '../../../gateway/control/controlPort.ts';
import type { CredentialParts, GatewayPart, WindowParts } from '../../app/parts.ts';
import { chooseInModal, reportFailure } from '../../ui/confirm.ts';
import { localized } from '../../util/localized.ts';
import { listenOnLoopback } from '../signIn/loopbackRedirect.ts';
import type { SignInEnd } from '../signIn/signIns.ts';

/** Whether the credential of this service is made by signing in through the browser. */
export function needsSignIn({ auth }: Service): boolean {
  return auth.type === 'oauth2' && auth.grant === 'authorization_code';
}

/**
 * Has the user sign in at the provider, and redeems what comes back. `candidate` holds the client secret, if there is
 * one. Undefined when it came to nothing: then the user was told why, or said so.
 */
export async function signIn(
  app: CredentialParts & GatewayPart & WindowParts,
  service: Service,
  candidate: Candidate,
): Promise<Renewal | undefined> {
  const { auth } = service;
  if (auth.type !== 'oauth2' || auth.authorizationUrl === undefined) return undefined;
  const way = await askWay(app, service, auth.authorizationUrl.origin);
  if (!way) return undefined;
  const { redirectUri } = way;
  const begun = app.signIns.begin(auth, redirectUri);
  const end = await whileWaiting(auth, begun.cancel, async () => {
    if (!(await env.openExternal(Uri.parse(begun.url, true)))) begun.cancel();
    return begun.ended;
  }).finally(() => way.dispose());
  if (end.kind !== 'code') return reportNotSignedIn(service, end);
  const redeemed = await app.gateway.ask((control) =>
    control.redeem(service.name, { candidate, code: end.code, verifier: begun.verifier, redirectUri }),
  );
  if ('renewal' in redeemed) return redeemed.renewal;
  await reportFailure(
    l10n.t('The sign-in for “{0}” was not completed.', service.name),
    `${localized(redeemed.refusal.message)} ${localized(redeemed.refusal.nextStep)}`,
  );
  return undefined;
}

/**
 * Where the provider sends the browser back to. On the desktop it is always the same, so that it can be registered there;
 * where VS Code runs in a browser or elsewhere, it says itself how it can be reached.
 */
async function redirectAddress(extensionId: string): Promise<string> {
  const own = Uri.parse(`${env.uriScheme}://${extensionId}/signed-in`);
  if (env.uiKind === UIKind.Desktop && env.remoteName === undefined) return own.toString(true);
  return (await env.asExternalUri(own)).toString(true);
}

/** How the browser finds its way back. */
interface WayBack {
  readonly redirectUri: string;
  dispose(): void;
}

/**
 * Asks in a modal whether to sign in, and lets the user choose the way back: through VS Code's own address, or (RFC 8252)
 * a port of this machine, for providers that take no other scheme and for editors in a browser. Undefined for no.
 */
async function askWay(
  app: CredentialParts & WindowParts,
  service: Service,
  origin: string,
): Promise<WayBack | undefined> {
  const [open, copy] = [l10n.t('Sign In'), l10n.t('Copy Redirect Address')];
  const [loopback, own] = [l10n.t('Use a Local Address'), l10n.t('Use VS Code’s Address')];
  const ownWay: WayBack = { redirectUri: await redirectAddress(app.extensionId), dispose: () => undefined };
  let way = ownWay;
  for (;;) {
    const local = way !== ownWay;
    const chosen = await chooseInModal(
      {
        message: l10n.t('Sign in to {0} for “{1}”?', origin, service.name),
        detail: [
          l10n.t(
            'The browser opens the provider’s page, which sends you back here. The provider must know this redirect address:\n\n{0}',
            way.redirectUri,
          ),
          '',
          local
            ? l10n.t(
                'The port changes each time (RFC 8252). The browser must run on the machine on which VS Code runs its extensions.',
              )
            : l10n.t('If the provider does not accept such an address, use a local one.'),
        ].join('\n'),
      },
      [open, copy, local ? own : loopback],
    );
    if (chosen === open) return way;
    if (chosen === copy) {
      await env.clipboard.writeText(way.redirectUri);
      continue;
    }
    way.dispose();
    if (chosen === undefined) return undefined;
    way = chosen === own ? ownWay : await localWay(app);
  }
}

function localWay(app: CredentialParts): Promise<WayBack> {
  return listenOnLoopback((query) => app.signIns.receive(query), {
    done: l10n.t('VS Code has the provider’s answer. You can close this page.'),
    unknown: l10n.t('This sign-in link is no longer valid. You can close this page.'),
  });
}

function whileWaiting(auth: OAuth2Auth, cancel: () => void, work: () => Promise<SignInEnd>): Promise<SignInEnd> {
  const title = l10n.t('Waiting for you to sign in at {0}', auth.authorizationUrl?.origin ?? '');
  return Promise.resolve(
    window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, (_progress, token) => {
      token.onCancellationRequested(cancel);
      return work();
    }),
  );
}

async function reportNotSignedIn(service: Service, end: Exclude<SignInEnd, { kind: 'code' }>): Promise<undefined> {
  if (end.kind === 'cancelled' || end.kind === 'superseded') return undefined;
  await reportFailure(
    l10n.t('The sign-in for “{0}” was not completed.', service.name),
    end.kind === 'timeout'
      ? l10n.t('Sign-in timed out after five minutes. Try again.')
      : l10n.t(
          'The provider answered “{0}”. Check the scopes and the redirect address there, and try again.',
          end.error,
        ),
  );
  return undefined;
}
