import type { Span } from '../../../core/text/span.ts';
import type { Binding } from '../../../gateway/control/controlPort.ts';
import { bindingOf, sameBinding } from '../../credentials/model/binding.ts';
import { unconfirmedNeed } from './serverList.ts';
import type { ServiceModel } from './serviceModel.ts';

/** A credential that was entered for another destination than the one that its service's or server's file names. */
export interface Unconfirmed {
  /** The credential's, which is the service's for services. */
  readonly credential: string;
  readonly policyId: string;
  /** The service or the server in the file. */
  readonly named: { readonly span: Span; readonly line: number };
  readonly bound: Binding;
  readonly wanted: Binding;
}

/** What the user has to confirm by entering a credential again. */
export function unconfirmed({ list, servers }: Pick<ServiceModel, 'list' | 'servers'>): readonly Unconfirmed[] {
  return [
    ...list.flatMap(({ name, policyId, service, credential }) => {
      if (!service || credential?.state !== 'present') return [];
      const wanted = bindingOf(service);
      if (sameBinding(credential.binding, wanted)) return [];
      return [{ credential: name, policyId, named: service, bound: credential.binding, wanted }];
    }),
    ...servers.flatMap((summary) => {
      const need = unconfirmedNeed(summary);
      if (!need) return [];
      const { credentialId, bound, binding } = need;
      const { policyId, server } = summary;
      return [{ credential: credentialId.service, policyId, named: server, bound, wanted: binding }];
    }),
  ];
}
