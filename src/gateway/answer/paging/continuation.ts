/** What another call has instead of what the first one had. It is the API's own words: credentials are still in them. */
export type Step =
  /** Path and query that the API named, in place of the first ones; and the body, where that is another one, too. */
  | { readonly path: string; readonly json?: unknown }
  /** Parameters with their new values, wherever this call takes them. */
  | { readonly set: readonly Parameter[] };

export interface Parameter {
  /** As it stands in a query or a form; in a JSON body by its names from the outside to the inside. */
  readonly name: string | { readonly query: string; readonly json: readonly string[] };
  readonly value: unknown;
  /** Left out again, since an API takes one of the two alone. */
  readonly without?: readonly string[];
}

/** How a list goes on behind what an API answered of it. */
export interface Continuation {
  /** A JSON Pointer to the rows of this page; undefined where it is not certain which list that is. */
  readonly rows?: string | undefined;
  /** Behind all rows of this page; undefined when there are no more. */
  readonly whole?: Step | undefined;
  /** Behind the first so many of them, where the API can say that. */
  readonly behind?: (kept: number) => Step | undefined;
  /** There are more, and how they are asked for is not certain: what the answer says of it. */
  readonly uncertain?: string;
}
