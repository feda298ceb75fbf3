import { type Phrase, phrase } from '../../text/phrase.ts';
import { change, type PolicyChange } from './policyChange.ts';

/** What people go by when they decide about a service or a server, besides what it may do. */
interface Labelled {
  readonly name: string;
  readonly description?: string;
  readonly environment?: string;
}

/** What is longer would push the other half of the line out of a review. */
const MAX_SHOWN = 70;

/** What changes in the labels: dialogs, lists and the trail show them, so the user reviews each. */
export function labelChanges(approved: Labelled, saved: Labelled): PolicyChange[] {
  const { name } = saved;
  return (['environment', 'description'] as const).flatMap((label) =>
    approved[label] === saved[label]
      ? []
      : [change('other', { name }, phrase`${label} of ${name}: ${shown(approved[label])} → ${shown(saved[label])}`)],
  );
}

/** The labels of a new service or server. One that `grants` nothing asks nobody. */
export function newLabels(added: Labelled, grants: boolean): PolicyChange[] {
  const { name } = added;
  return labelChanges({ name }, added).map((one) => (grants ? one : { ...one, kind: 'restricts' }));
}

/** In quotes unless it is one plain word, so that no label reads like the rest of the line. */
function shown(label: string | undefined): string | Phrase {
  if (label === undefined) return phrase`none`;
  if (/^[\w.-]+$/.test(label) && label.length <= MAX_SHOWN && label !== 'none') return label;
  const points = [...label];
  return JSON.stringify(points.length > MAX_SHOWN ? `${points.slice(0, MAX_SHOWN - 1).join('')}…` : label);
}
