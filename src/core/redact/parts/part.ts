/** A text inside a credential. One that is no secret itself may still hold one. */
export interface Part {
  readonly text: string;
  readonly secret: boolean;
  /** It stood where a password stands: nothing in front of a colon in it is a user name. */
  readonly password?: boolean;
  /** It holds an `@`, and nothing is looked for inside of it; true where it may end with a host's name, which others know. */
  readonly host?: boolean;
}
