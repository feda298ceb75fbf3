/** The `subject` of the record of a call that was held back because a credential stood in an earlier one. */
export const HELD_BACK = 'held back';

/** So long are calls held back, in milliseconds: an hour after the last call in which a credential stood. */
export const HELD_BACK_MS = 60 * 60 * 1000;
