import { type AuthType, authorizationAlone } from './authType.ts';

export interface BearerAuth {
  readonly type: 'bearer';
}

export const BEARER: AuthType<BearerAuth> = {
  keys: [],
  read: () => ({ type: 'bearer' }),
  placement: () => 'bearer',
  headers: authorizationAlone,
};
