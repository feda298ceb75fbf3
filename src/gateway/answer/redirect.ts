import type { Answer } from '../../protocol/messages.ts';

/** An answer, but for what only policy can say of it: see {@link judgeRedirect}. */
export interface BuiltAnswer {
  readonly answer: Answer;
  /** Where the API points within the service: path and query, relative to the base URL. */
  readonly redirectPath?: string;
  /** Where it points outside carries a permission of its own. */
  readonly redirectIsSigned?: true;
}

/**
 * Parameters of URLs that are a permission by themselves, for a while: Amazon's and Google's query signatures, those of
 * CloudFront, Azure's shared access signatures, what OneDrive and SharePoint lead to, the same of Alibaba, Tencent and
 * Volcengine, and what Akamai, Bunny and Fastly call a token that expires.
 */
const SIGNATURES: readonly (readonly string[])[] = [
  ['x-amz-signature', 'x-amz-credential'],
  ['x-goog-signature', 'x-goog-credential'],
  ['signature', 'expires'],
  ['signature', 'key-pair-id'],
  ['sig', 'se'],
  ['sig', 'sv'],
  ['tempauth'],
  ['x-oss-signature', 'x-oss-credential'],
  ['q-signature', 'q-sign-time'],
  ['x-tos-signature', 'x-tos-credential'],
  ['hdnts'],
  ['hdnea'],
  ['token', 'expires'],
];

/** Whether a URL needs no credential beside it. */
export function isSignedUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const names = new Set([...new URL(url).searchParams.keys()].map((name) => name.toLowerCase()));
  return SIGNATURES.some((needed) => needed.every((name) => names.has(name)));
}

/** The answer with what policy says of where it points; `wouldAllow`: whether a GET of that path and query would pass. */
export function judgeRedirect(built: BuiltAnswer, wouldAllow: (path: string) => boolean): Answer {
  const { answer, redirectPath } = built;
  if (!answer.redirect) return answer;
  const allowed = redirectPath !== undefined && wouldAllow(redirectPath);
  const step = `Redirects are not followed${stepFor(built, allowed)}`;
  return {
    ...answer,
    redirect: { ...answer.redirect, allowed },
    nextStep: answer.nextStep === undefined ? step : `${answer.nextStep} ${step}`,
  };
}

function stepFor({ redirectPath, redirectIsSigned }: BuiltAnswer, allowed: boolean): string {
  if (allowed) return '. The policy allows reading the location: call read with its path.';
  if (redirectPath !== undefined) return ', and the policy does not allow the location.';
  return redirectIsSigned
    ? '. The location is outside this service, and needs no credential: it is signed, and works for a short time. It may be fetched without Valet Key if the task needs it, or give it to the user. Send no credential along.'
    : ', and the policy does not allow the location: it is outside this service, so the credential is not sent there. Tell the user if the task needs it.';
}
