/** A compiled path pattern. Placeholder shape: the policy work fills it in. */
export interface Pattern {
  readonly text: string;
}
