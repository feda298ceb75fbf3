/** The parts of a request that an auth type adds to. */
export interface Injected {
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}
