import type { Service } from '../../core/policy/model.ts';
import type { Binding } from '../../gateway/parent.ts';
import { bindingOf, sameBinding } from '../credentials/binding.ts';
import type { ServiceSummary } from '../views/services/serviceList.ts';

/** A service whose file names another destination than the one that its credential was entered for. */
export interface Unconfirmed {
  readonly service: Service;
  readonly bound: Binding;
  readonly wanted: Binding;
}

/** What the person has to confirm by entering the credential again; undefined when nothing. */
export function unconfirmed({ service, credential }: ServiceSummary): Unconfirmed | undefined {
  if (!service || credential?.state !== 'present') return undefined;
  const wanted = bindingOf(service);
  return sameBinding(credential.binding, wanted) ? undefined : { service, bound: credential.binding, wanted };
}
