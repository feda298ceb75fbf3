import { neededNetwork } from '../../../core/net/neededNetwork.ts';
import type { Auth } from '../../../core/policy/auth/authTypes.ts';
import { type AuthAnswers, authOfAnswers } from '../../../core/policy/edit/authAnswers.ts';
import type { NewService } from '../../../core/policy/edit/serviceWriter.ts';
import { type KnownService, presetsOf, type ServicePresetId } from '../../../core/services/knownService.ts';
import type { EnteredCredential } from '../../credentials/commands/enterCredential.ts';

/** The answers of Add Service so far. */
export interface ServiceDraft {
  /** Undefined for an API of nobody that we know. */
  known?: KnownService | undefined;
  name?: string;
  baseUrl?: string;
  authType?: Auth['type'];
  /** The header's or parameter's name, or Basic's user name. */
  authDetail?: string;
  /** What else `auth` says, by its keys. */
  authAnswers?: AuthAnswers;
  environment?: string;
  /** For an API that we do not know: a read that proves the credential. Empty for none. */
  verifyPath?: string;
  credential?: EnteredCredential;
  presetId?: ServicePresetId;
  policyId: string;
}

/** The service that the answers describe; undefined while answers are missing. */
export function serviceOf(draft: ServiceDraft): NewService | undefined {
  const { known, name, baseUrl, environment, verifyPath } = draft;
  const auth = authOf(draft);
  if (name === undefined || baseUrl === undefined || auth === undefined) return undefined;
  const needed = neededNetwork(baseUrl);
  if ('problem' in needed) return undefined;
  const { network } = needed;
  const presets = presetsOf(known);
  return {
    name,
    baseUrl,
    ...(network === 'public' ? {} : { network }),
    ...(environment ? { environment } : {}),
    ...(known?.encodedSlash ? { encodedSlash: known.encodedSlash } : {}),
    auth,
    ...(known?.headers ? { headers: known.headers } : {}),
    ...(verifyPath ? { verifyPath } : {}),
    rules: (presets.find(({ id }) => id === draft.presetId) ?? presets[0])?.rules ?? [],
  };
}

/** How the API takes its credential, as far as the answers say; undefined while one is missing. */
export function authOf({
  known,
  baseUrl,
  authType,
  authDetail = '',
  authAnswers = {},
}: ServiceDraft): Auth | undefined {
  const needed = neededNetwork(baseUrl ?? '');
  const network = 'problem' in needed ? 'public' : needed.network;
  if (known?.auth.type === 'aws-sigv4') return { ...known.auth, region: regionOf(baseUrl) ?? known.auth.region };
  if (known)
    return known.username && known.auth.type === 'basic' ? { type: 'basic', username: authDetail } : known.auth;
  switch (authType) {
    case undefined:
      return undefined;
    case 'bearer':
      return { type: authType };
    case 'basic':
      return authDetail === '' ? { type: authType } : { type: authType, username: authDetail };
    case 'header':
    case 'query':
      return { type: authType, name: authDetail };
    default:
      return authOfAnswers(authType, authAnswers, network);
  }
}

/** The region in the host of an AWS endpoint, such as `s3.eu-central-1.amazonaws.com`. */
function regionOf(baseUrl: string | undefined): string | undefined {
  return /^https:\/\/[a-z0-9-]+\.([a-z0-9-]+)\.amazonaws\.com\/?$/.exec(baseUrl ?? '')?.[1];
}
