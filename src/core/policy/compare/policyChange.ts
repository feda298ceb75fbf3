import { type Phrase, phrase } from '../../text/phrase.ts';
import type { Service } from '../model/service.ts';

/** One difference between what is approved and what is written, in words. */
export interface PolicyChange {
  /**
   * `widens` waits for the user. `other` changes what people and agents go by, such as a label, and waits, too. `narrows`
   * acts at once. `restricts` is said of a new name, which could do nothing before, and asks nobody.
   */
  readonly kind: 'widens' | 'narrows' | 'other' | 'restricts';
  /** Of a service or of a server, which share one name space. */
  readonly service: string;
  /** Such as `POST /v1/refunds on stripe`. */
  readonly words: Phrase;
  /** It is in what the user approved before later saves took it away: it comes back. */
  readonly comesBack?: true;
  /** How much of a rule the user must not overlook: a rule that writes below a `**`, or one that reads and has none. */
  readonly reach?: 'sweeping' | 'minor';
}

const SIGNS = { widens: '+', narrows: '-', other: '~', restricts: '~' } as const;

export function change(kind: PolicyChange['kind'], service: Pick<Service, 'name'>, words: Phrase): PolicyChange {
  return { kind, service: service.name, words };
}

/** A change with the sign of its kind, such as `+ POST /v1/refunds on stripe`. */
export function signed({ kind, words }: PolicyChange): Phrase {
  return phrase`${SIGNS[kind]} ${words}`;
}

/** Whether a change is in force only once the user has reviewed it. */
export function waits({ kind }: Pick<PolicyChange, 'kind'>): boolean {
  return kind === 'widens' || kind === 'other';
}

/**
 * Orders changes so that what gives away most comes first and no flood of small ones hides it: widening ones before the
 * rest, and among them sweeping rules first and minor ones last, behind labels.
 */
export function byGravity(one: PolicyChange, other: PolicyChange): number {
  return gravity(one) - gravity(other);
}

function gravity({ kind, reach }: PolicyChange): number {
  switch (kind) {
    case 'widens':
      return reach === 'sweeping' ? 0 : reach === 'minor' ? 3 : 1;
    case 'other':
      return 2;
    case 'narrows':
      return 4;
    case 'restricts':
      return 5;
  }
}
