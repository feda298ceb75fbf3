import type { Auth } from '../../core/policy/model.ts';
import type { CanonicalRequest } from '../../core/request/model.ts';
import type { Secret } from '../../core/secret.ts';
import { injectBasic } from './basic.ts';
import { injectBearer } from './bearer.ts';
import { injectHeader } from './header.ts';
import type { Injected } from './injected.ts';
import { injectQuery } from './query.ts';

/**
 * Puts the credential into the request. The only place where a value leaves its {@link Secret} for the wire; the
 * result goes to the transport and nowhere else.
 */
export function inject(request: Pick<CanonicalRequest, 'target' | 'headers'>, auth: Auth, secret: Secret): Injected {
  const value = secret.expose('wire');
  switch (auth.type) {
    case 'bearer':
      return injectBearer(request, value);
    case 'basic':
      return injectBasic(request, auth, value);
    case 'header':
      return injectHeader(request, auth, value);
    case 'query':
      return injectQuery(request, auth, value);
  }
}
