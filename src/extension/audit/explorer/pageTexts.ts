/** The words that the page needs while it runs; those that never change stand in its HTML. */
export interface PageTexts {
  readonly answered: string;
  readonly failed: string;
  readonly blocked: string;
  readonly person: string;
  readonly started: string;
  readonly others: string;
  readonly all: string;
  readonly none: string;
  /** With `{0}` calls that were answered, `{1}` failed and `{2}` blocked ones. */
  readonly summary: string;
  readonly reading: string;
  /** With `{0}` the first and `{1}` the last row of the page, and `{2}` all. */
  readonly rows: string;
  /** With `{0}` a number of milliseconds. */
  readonly milliseconds: string;
}
