import { placementOf } from '../../../core/policy/auth/authTypes.ts';
import type { Service } from '../../../core/policy/model/service.ts';
import type { Binding } from '../../../gateway/control/controlPort.ts';

/** The origin and the placement that the user confirms when entering the credential of this service. */
export function bindingOf(service: Pick<Service, 'baseUrl' | 'auth'>): Binding {
  return { origin: service.baseUrl.origin, placement: placementOf(service.auth) };
}

export function sameBinding(one: Binding, other: Binding): boolean {
  return one.origin === other.origin && one.placement === other.placement;
}
