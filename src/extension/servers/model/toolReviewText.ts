import type { AcceptedTool, WaitingTools } from './toolPinStore.ts';

/** What a review shows: two texts to compare, and the names of the tools that wait, by why they do. */
export interface ToolReviewText {
  readonly before: string;
  readonly after: string;
  readonly added: readonly string[];
  readonly changed: readonly string[];
  /** Tools whose texts hold characters that nobody sees, whether they are new or changed. */
  readonly hidden: readonly string[];
  readonly gone: readonly string[];
}

export function toolReviewText({ offered, accepted, waiting }: WaitingTools): ToolReviewText {
  const known = new Set(accepted.map(({ name }) => name));
  const hidden = waiting.filter(({ status }) => status === 'hidden_text').map(({ name }) => name);
  const others = waiting.map(({ name }) => name).filter((name) => !hidden.includes(name));
  return {
    before: listing(accepted),
    after: listing(offered),
    added: others.filter((name) => !known.has(name)),
    changed: others.filter((name) => known.has(name)),
    hidden,
    gone: accepted.map(({ name }) => name).filter((name) => !offered.some((tool) => tool.name === name)),
  };
}

/** In order of the names, so that a server that lists its tools in another order shows no difference. */
function listing(tools: readonly Pick<AcceptedTool, 'name' | 'definition'>[]): string {
  return [...tools]
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ definition }) => `${definition}\n`)
    .join('\n');
}
