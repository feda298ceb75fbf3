import type { ExtensionContext } from 'vscode';

/** What the tests and the driver extension say to each other, one JSON object a line. */
export interface Evaluation {
  readonly id: number;
  /** Source of a function `(vscode, args, host: DriverHost) => …`. */
  readonly code: string;
  readonly args: unknown;
}

export type EvaluationResult =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: string };

/** What evaluated code gets besides `vscode` and its arguments. */
export interface DriverHost {
  /** The driver extension's own: its SecretStorage and state are apart from the product's. */
  readonly context: ExtensionContext;
  readonly require: NodeJS.Require;
}
